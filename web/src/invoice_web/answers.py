"""A response in two forms: HTML for people, the same facts as JSON for programs."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from invoice_operations.plain import plain
from invoice_shared.harmless import harmless_json
from invoice_shared.serde import dumps
from invoice_web import csrf
from invoice_web.desk import DESK
from invoice_web.forms import Form
from invoice_web.identity import Identity

# Facts that are shown exactly as a provider would get them, with amounts as numbers.
EXACT = frozenset({"payload"})
# The guard stores these in a request: who asks, and the fields of the body.
IDENTITY: web.RequestKey[Identity | None] = web.RequestKey("identity")
FORM: web.RequestKey[Form] = web.RequestKey("form")


def wants_json(request: web.Request) -> bool:
    """Return whether a program asks."""
    accepted = request.headers.get("Accept", "")
    return "application/json" in accepted and "text/html" not in accepted


def identity(request: web.Request) -> Identity:
    """Return who asks; the guard refuses a request without an identity."""
    found = request[IDENTITY]
    if found is None:
        raise web.HTTPUnauthorized
    return found


def form(request: web.Request) -> Form:
    """Return the fields of the body."""
    return request[FORM]


def answer(
    request: web.Request, template: str, facts: Mapping[str, Any], status: int = 200
) -> web.Response:
    """Return a response with facts."""
    return as_json(facts, status) if wants_json(request) else page(request, template, facts, status)


def done(
    request: web.Request, place: str, facts: Mapping[str, Any], status: int = 200
) -> web.Response:
    """Return a response after a change; people are redirected to the page that shows it."""
    if wants_json(request):
        return as_json(facts, status)
    return web.Response(status=303, headers={"Location": place})


def failed(
    request: web.Request, status: int, sentence: str, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Return a response with an error."""
    facts = {"error": sentence}
    answered = (
        as_json(facts, status)
        if wants_json(request)
        else page(request, "error.html", facts, status)
    )
    answered.headers.update(headers or {})
    return answered


def as_json(facts: Mapping[str, Any], status: int = 200) -> web.Response:
    """Return a response with one JSON document; money and times are text."""
    tree = {name: value if name in EXACT else plain(value) for name, value in facts.items()}
    return web.Response(
        text=harmless_json(dumps(tree).decode()),
        status=status,
        content_type="application/json",
        charset="utf-8",
    )


def page(
    request: web.Request, template: str, facts: Mapping[str, Any], status: int = 200
) -> web.Response:
    """Return a response with a page."""
    desk, who = request.app[DESK], request.get(IDENTITY)
    surroundings = {
        "facts": facts,
        "who": who,
        "csrf": csrf.token(desk.secret, csrf.LOGIN if who is None else who.subject),
        "now": desk.installation.clock.now(),
        "problem": desk.following.problem,
        "age": desk.following.age(),
        "path": request.path,
        "query": request.query,
        "status": status,
    }
    return web.Response(
        text=desk.templates.render(template, surroundings),
        status=status,
        content_type="text/html",
        charset="utf-8",
    )
