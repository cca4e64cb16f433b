"""Check every request's identity and origin, and turn errors into responses."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from invoice_operations.errors import InvalidRequest, NeedsAttention, NotFound
from invoice_shared.errors import ConnectorError, CredentialsRefused, Rejected
from invoice_shared.logs import get_logger
from invoice_shared.settings import InvalidSettings
from invoice_web import csrf
from invoice_web.answers import FORM, IDENTITY, failed, wants_json
from invoice_web.desk import DESK, Desk
from invoice_web.forms import one, parse_form
from invoice_web.identity import Identity, NotTrusted

log = get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

COOKIE = "invoices_session"
LOGIN, LOGOUT = "/login", "/logout"
STATIC = "/static/"
READING = ("GET", "HEAD")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src"
        " 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
FORGED = "This request does not come from a current page: load the page again, and try once more."
# The first match counts. Every other error is a system that does not answer.
STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (InvalidRequest, 400),
    (NotFound, 404),
    (NeedsAttention, 409),
    (InvalidSettings, 409),
    (Rejected, 409),
    (CredentialsRefused, 409),
)
SENTENCES = {
    404: "This page does not exist.",
    405: "This page does not accept the request's method.",
    413: "The request is too long.",
}


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Handle a request if it is allowed; each response has our headers."""
    answered = await _answered(request, handler)
    if not answered.prepared:
        secure(request, answered)
    return answered


def secure(request: web.Request, response: web.StreamResponse) -> None:
    """Add the headers of every response."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    is_file = request.path.startswith(STATIC) and response.status < 400
    response.headers["Cache-Control"] = "private, max-age=3600" if is_file else "no-store"


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await _refused(request) or await handler(request)
    except web.HTTPException as error:
        return failed(
            request, error.status, SENTENCES.get(error.status, error.reason), _allowed(error)
        )
    except (ConnectorError, InvalidSettings) as error:
        return failed(request, status_of(error), str(error))
    except Exception:
        log.exception("a request failed", method=request.method, path=request.path)
        return failed(request, 500, "An error of the page itself: see its log.")


def status_of(error: Exception) -> int:
    """Return the status of an error."""
    return next((status for known, status in STATUSES if isinstance(error, known)), 503)


def _allowed(error: web.HTTPException) -> dict[str, str]:
    return {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}


async def _refused(request: web.Request) -> web.Response | None:
    """Return the refusal of a request, or ``None`` if it is allowed."""
    desk = request.app[DESK]
    try:
        who = _identity(request, desk)
    except NotTrusted:
        return failed(
            request,
            403,
            "The user header comes from an address that is not in CONSOLE_TRUSTED_PROXIES.",
        )
    request[IDENTITY] = who
    is_open = request.path == LOGIN or request.path.startswith(STATIC)
    if who is None and not is_open:
        return _not_logged_in(request)
    if request.method in READING:
        return None
    return await _not_allowed(request, desk, who)


def _identity(request: web.Request, desk: Desk) -> Identity | None:
    header = desk.settings.console_user_header
    if header is not None:
        named = desk.identities.named_by_proxy(request.remote, request.headers.getall(header, []))
        if named is not None:
            desk.logins.seen(named.name, named.role)
            return named
    return desk.identities.of_cookie(request.cookies.get(COOKIE))


def _not_logged_in(request: web.Request) -> web.Response:
    if wants_json(request):
        return failed(request, 401, "You are not logged in: log in first.")
    # A script that refreshes a part of a page would follow a redirect and show the login form in
    # it.
    if "HX-Request" in request.headers:
        return failed(request, 401, "You are not logged in: log in first.", {"HX-Redirect": LOGIN})
    return web.Response(status=303, headers={"Location": LOGIN})


async def _not_allowed(
    request: web.Request, desk: Desk, who: Identity | None
) -> web.Response | None:
    request[FORM] = parse_form(request.content_type, await request.read())
    given = request.headers.get("X-CSRF-Token") or one(request[FORM], "csrf")
    subjects = [] if who is None else [who.subject]
    if request.path == LOGIN:
        subjects.append(csrf.LOGIN)
    is_ours = any(csrf.is_token(given, desk.secret, subject) for subject in subjects)
    if not is_ours or not csrf.is_same_origin(request.headers):
        return failed(request, 403, FORGED)
    if who is not None and who.role == "view" and request.path not in (LOGIN, LOGOUT):
        return failed(request, 403, "Your role can look, but cannot change anything.")
    return None
