"""``/audit``: what people decided."""

from typing import Any

from aiohttp import web

from invoice_operations.times import parse_moment
from invoice_operations.view.page import Page
from invoice_web.answers import answer, wants_json
from invoice_web.desk import DESK, Desk
from invoice_web.forms import MAX_ROWS, SHOWN_ROWS, gathered, one, parse_page


async def listed(request: web.Request) -> web.Response:
    """List the decisions of the page and of the command line, the newest first."""
    desk, asked = request.app[DESK], gathered(list(request.query.items()))
    number, page = parse_page(asked, MAX_ROWS if wants_json(request) else SHOWN_ROWS)
    since = one(asked, "since")
    facts = await desk.ask(lambda: _facts(desk, since, page))
    return answer(request, "audit.html", facts | {"page": number} | desk.following.age())


def _facts(desk: Desk, text: str, page: Page) -> dict[str, Any]:
    since = parse_moment(text, desk.installation.clock.now()) if text else None
    decisions = desk.view.newest_decisions(since, page)
    rows = [each.model_dump(exclude={"schema_version"}) for each in decisions]
    return {"rows": rows, "count": desk.view.count_decisions(since)}


ROUTES = (web.get("/audit", listed),)
