"""The application and its routes."""

from importlib.resources import files

from aiohttp import web

from invoice_web.desk import DESK, Desk
from invoice_web.guard import guard
from invoice_web.pages import (
    actions,
    audit,
    check,
    failures,
    invoices,
    login,
    overview,
    readiness,
    reconcile,
    replays,
)

MAX_BODY_BYTES = 1024 * 1024
FILES = {
    "app.css": "text/css",
    "htmx.min.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}


def create_app(desk: Desk) -> web.Application:
    """Return the application."""
    app = web.Application(middlewares=[guard], client_max_size=MAX_BODY_BYTES)
    app[DESK] = desk
    for pages in (
        login,
        overview,
        failures,
        invoices,
        actions,
        replays,
        reconcile,
        readiness,
        audit,
        check,
    ):
        app.add_routes(pages.ROUTES)
    app.router.add_get("/static/{name}", _file)
    return app


async def _file(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if name not in FILES:
        raise web.HTTPNotFound
    content = files("invoice_web").joinpath("static", name).read_bytes()
    return web.Response(body=content, content_type=FILES[name], charset="utf-8")
