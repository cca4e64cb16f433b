"""``/``: the current state of all invoices."""

from aiohttp import web

from invoice_providers.names import destinations
from invoice_web.answers import answer
from invoice_web.desk import DESK


async def show(request: web.Request) -> web.Response:
    """Show what is open, held, paused, waiting, and what was created today."""
    desk = request.app[DESK]
    facts = await desk.ask(desk.following.overview)
    return answer(
        request, "overview.html", facts | {"destinations": destinations()} | desk.following.age()
    )


ROUTES = (web.get("/", show),)
