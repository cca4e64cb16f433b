"""``/reconcile``: the comparison of Metronome, the ledger and the providers."""

from typing import Any, get_args

from aiohttp import web

from invoice_operations.errors import InvalidRequest
from invoice_operations.reconcile.finding import State
from invoice_operations.view.page import Page
from invoice_web.answers import answer, done, form, wants_json
from invoice_web.desk import DESK, Desk
from invoice_web.forms import MAX_ROWS, SHOWN_ROWS, gathered, needed, one, parse_page
from invoice_web.pages.actions import person


async def listed(request: web.Request) -> web.Response:
    """List the reconciliations, the newest first."""
    desk, asked = request.app[DESK], gathered(list(request.query.items()))
    number, page = parse_page(asked, MAX_ROWS if wants_json(request) else SHOWN_ROWS)
    jobs, count = await desk.ask(lambda: desk.reconciling.jobs.newest(page))
    facts = {"rows": [job.document() for job in jobs], "count": count, "page": number}
    return answer(request, "reconciliations.html", facts | desk.following.age())


async def begin(request: web.Request) -> web.Response:
    """Begin a reconciliation in the background."""
    desk, since, who = request.app[DESK], needed(form(request), "since"), person(request)
    desk.needs_broker()
    job = await desk.work(lambda: desk.reconciling.begin(since, who))
    return done(request, f"/reconcile/{job.job_id}", job.document(), 201)


async def one_job(request: web.Request) -> web.Response:
    """Show a reconciliation's findings so far."""
    desk, asked = request.app[DESK], gathered(list(request.query.items()))
    state = one(asked, "state") or None
    if state is not None and state not in get_args(State):
        raise InvalidRequest(f'Invalid state "{state}": use one of {", ".join(get_args(State))}.')
    number, page = parse_page(asked, MAX_ROWS if wants_json(request) else SHOWN_ROWS)
    facts = await desk.ask(lambda: _facts(desk, request.match_info["job_id"], page, state))
    shown = facts | {"page": number} | desk.following.age()
    return answer(request, "reconciliation.html", shown)


async def enqueue(request: web.Request) -> web.Response:
    """Enqueue invoices that a reconciliation found missing."""
    desk, job_id, who = request.app[DESK], request.match_info["job_id"], person(request)
    chosen = [text.strip() for text in form(request).get("invoice_id", ()) if text.strip()]
    enqueued = await desk.change(lambda: desk.reconciling.enqueue(job_id, chosen, who))
    return done(request, f"/reconcile/{job_id}", {"job_id": job_id, "enqueued": enqueued})


def _facts(desk: Desk, job_id: str, page: Page, state: str | None) -> dict[str, Any]:
    jobs = desk.reconciling.jobs
    job = jobs.get(job_id)
    rows, count = jobs.findings(job_id, page, state)
    return job.document() | {"rows": rows, "count": count}


ROUTES = (
    web.get("/reconcile", listed),
    web.post("/reconcile", begin),
    web.get("/reconcile/{job_id}", one_job),
    web.post("/reconcile/{job_id}/enqueue", enqueue),
)
