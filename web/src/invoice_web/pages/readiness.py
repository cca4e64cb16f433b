"""``/readiness``: what would fail if it were finalized."""

from collections.abc import Iterator
from typing import Any

from aiohttp import web

from invoice_operations.errors import InvalidRequest
from invoice_operations.readiness.judged import COLUMNS
from invoice_operations.view.page import Page
from invoice_web.answers import answer, done, form, wants_json
from invoice_web.csv_answer import csv_answer
from invoice_web.desk import DESK, Desk
from invoice_web.forms import MAX_ROWS, SHOWN_ROWS, gathered, needed, one, parse_page
from invoice_web.pages.actions import person


async def listed(request: web.Request) -> web.Response:
    """List the readiness jobs, the newest first."""
    desk, asked = request.app[DESK], gathered(list(request.query.items()))
    number, page = parse_page(asked, MAX_ROWS if wants_json(request) else SHOWN_ROWS)
    jobs, count = await desk.ask(lambda: desk.readying.jobs.newest(page))
    facts = {"rows": [job.document() for job in jobs], "count": count, "page": number}
    return answer(request, "readiness_list.html", facts | desk.following.age())


async def begin(request: web.Request) -> web.Response:
    """Begin a readiness job in the background. It needs no broker."""
    desk, fields, who = request.app[DESK], form(request), person(request)
    since, customer_id = needed(fields, "since"), one(fields, "customer_id")
    asks = bool(one(fields, "ask_providers"))
    job = await desk.work(lambda: desk.readying.begin(since, customer_id, who, ask_providers=asks))
    return done(request, f"/readiness/{job.job_id}", job.document(), 201)


async def one_job(request: web.Request) -> web.StreamResponse:
    """Show the findings so far, as a page or as CSV."""
    desk, job_id = request.app[DESK], request.match_info["job_id"]
    asked = gathered(list(request.query.items()))
    wanted = one(asked, "format")
    if wanted not in ("", "csv", "json"):
        raise InvalidRequest(f'Invalid format "{wanted}": use csv, or none.')
    if wanted == "csv":
        await desk.ask(lambda: desk.readying.jobs.get(job_id))
        return await csv_answer(request, "readiness.csv", COLUMNS, _batches(desk, job_id))
    number, page = parse_page(asked, MAX_ROWS if wants_json(request) else SHOWN_ROWS)
    facts = await desk.ask(lambda: _facts(desk, job_id, page))
    return answer(request, "readiness.html", facts | {"page": number} | desk.following.age())


def _facts(desk: Desk, job_id: str, page: Page) -> dict[str, Any]:
    job = desk.readying.jobs.get(job_id)
    rows, count = desk.readying.jobs.findings(job_id, page)
    return job.document() | {"rows": rows, "count": count}


def _batches(desk: Desk, job_id: str) -> Iterator[list[dict[str, Any]]]:
    start = 0
    while rows := desk.readying.jobs.findings(job_id, Page(MAX_ROWS, start))[0]:
        yield rows
        start += len(rows)


ROUTES = (
    web.get("/readiness", listed),
    web.post("/readiness", begin),
    web.get("/readiness/{job_id}", one_job),
)
