"""``/check``: the state of each part of the installation."""

from aiohttp import web

from invoice_operations.check.run import check
from invoice_web.answers import answer
from invoice_web.desk import DESK


async def show(request: web.Request) -> web.Response:
    """Check each part of the installation."""
    desk = request.app[DESK]
    lines = await desk.work(lambda: list(check(desk.installation)))
    rows = [{"part": line.part, "state": line.state, "detail": line.detail} for line in lines]
    facts = {"rows": rows, "count": len(rows), "page": 1}
    return answer(request, "check.html", facts | desk.following.age())


ROUTES = (web.get("/check", show),)
