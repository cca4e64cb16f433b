"""``/login`` and ``/logout``."""

from aiohttp import web

from invoice_shared.logs import get_logger
from invoice_web.answers import answer, done, failed, form, identity
from invoice_web.desk import DESK, Desk
from invoice_web.forms import Form, needed
from invoice_web.guard import COOKIE
from invoice_web.identity import PASSWORDS, tidy_name
from invoice_web.passwords import matches
from invoice_web.sessions import Role

log = get_logger(__name__)


async def show(request: web.Request) -> web.Response:
    """Show the form for name and password."""
    return answer(request, "login.html", _facts(request.app[DESK]))


async def log_in(request: web.Request) -> web.Response:
    """Open a session."""
    desk, peer = request.app[DESK], request.remote or ""
    name = tidy_name(needed(form(request), "name"))
    if not desk.attempts.begin(peer):
        log.warning("too many wrong passwords", peer=peer)
        return failed(
            request, 429, "Too many wrong passwords: wait a minute.", {"Retry-After": "60"}
        )
    password = _password(form(request))
    found = await desk.compare(lambda: _role(desk, password))
    if found is None or not name:
        log.warning("wrong password", peer=peer)
        facts = _facts(desk) | {"error": "Wrong password."}
        return answer(request, "login.html", facts, 401)
    desk.attempts.was_right(peer)
    return _logged_in(request, desk, name, found)


async def log_out(request: web.Request) -> web.Response:
    """End the session."""
    who = identity(request)
    if who.session is not None:
        request.app[DESK].sessions.close(who.session)
    answered = done(request, "/login", {"name": who.name})
    answered.del_cookie(COOKIE, path="/")
    return answered


def _logged_in(
    request: web.Request, desk: Desk, name: str, found: tuple[Role, str]
) -> web.Response:
    role, password = found
    cookie = desk.sessions.open(name, role, password)
    desk.logins.add(name, role)
    desk.following.hurry()
    log.info("logged in", name=name, role=role)
    answered = done(request, "/", {"name": name, "role": role})
    is_secure = not desk.settings.console_insecure_cookies
    answered.set_cookie(COOKIE, cookie, path="/", httponly=True, samesite="Lax", secure=is_secure)
    return answered


def _role(desk: Desk, given: str) -> tuple[Role, str] | None:
    """Return the role whose password was given, and the setting.

    Each password is compared, so that the time does not tell which one was right.
    """
    stored = {role: desk.settings.secret(field) for role, field in PASSWORDS.items()}
    right = [
        (role, text) for role, text in stored.items() if text is not None and matches(given, text)
    ]
    return right[0] if right else None


def _password(given: Form) -> str:
    """Return the password as it was typed, with its blanks."""
    return "".join(given.get("password", ())[:1])


def _facts(desk: Desk) -> dict[str, str | bool | None]:
    settings = desk.settings
    return {
        "by_password": settings.console_password is not None,
        "by_header": settings.console_user_header,
    }


ROUTES = (web.get("/login", show), web.post("/login", log_in), web.post("/logout", log_out))
