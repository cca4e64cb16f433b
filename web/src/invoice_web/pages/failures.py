"""``/failures``: the list of failures, and one failure."""

from collections.abc import Iterator, Sequence
from typing import Any

from aiohttp import web

from invoice_operations.errors import InvalidRequest, NotFound
from invoice_operations.failure_documents import COLUMNS, documents, row
from invoice_operations.selection import Selection
from invoice_operations.view.cases import Case
from invoice_operations.view.id_lookup import SHORTEST_ID, find_case
from invoice_operations.view.view import View
from invoice_providers.names import destinations
from invoice_shared.errors import ConnectorError
from invoice_shared.failure import CODES
from invoice_web.answers import answer, wants_json
from invoice_web.csv_answer import csv_answer
from invoice_web.desk import DESK, Desk
from invoice_web.forms import (
    FILTERS,
    MAX_ROWS,
    SHOWN_ROWS,
    STATES,
    gathered,
    one,
    parse_filters,
    parse_page,
)
from invoice_web.links import links

CSV_CHUNK = 500


async def listed(request: web.Request) -> web.StreamResponse:
    """List the failures that match the filters, as a page or as CSV."""
    desk = request.app[DESK]
    asked = gathered(list(request.query.items()))
    chosen = parse_filters(asked, desk.installation.clock.now())
    wanted = one(asked, "format")
    if wanted not in ("", "csv", "json"):
        raise InvalidRequest(f'Invalid format "{wanted}": use csv, json or none.')
    if wanted == "csv":
        cases = await desk.ask(lambda: desk.view.failures(chosen))
        return await csv_answer(request, "failures.csv", COLUMNS, _batches(cases))
    rows = MAX_ROWS if wants_json(request) else SHOWN_ROWS
    number, page = parse_page(asked, rows)
    facts = await desk.ask(
        lambda: _list(desk.view, chosen, lambda view: view.failures(chosen, page))
    )
    shown = facts | {"page": number} | desk.following.age()
    if wants_json(request):
        return answer(request, "failures.html", shown)
    filters = {name: asked[name] for name in FILTERS if any(asked.get(name, ()))}
    known = {"codes": CODES, "states": STATES, "destinations": destinations()}
    return answer(request, "failures.html", shown | known | {"filters": filters})


async def one_failure(request: web.Request) -> web.Response:
    """Show one failure, with its record if the query asks for it."""
    desk, failure_id = request.app[DESK], request.match_info["failure_id"]
    case = await desk.ask(lambda: found(desk.view, failure_id))
    shows_record = "record" in request.query
    facts = await desk.work(lambda: _whole(desk, case, shows_record=shows_record))
    return answer(request, "failure.html", facts | desk.following.age())


def found(view: View, failure_id: str) -> Case:
    """Return the failure that a path names. Raises ``NotFound``."""
    try:
        return find_case(view.named(failure_id), failure_id)
    except InvalidRequest as error:
        hint = (
            "" if len(failure_id) >= SHORTEST_ID else f" An id needs at least {SHORTEST_ID} digits."
        )
        raise NotFound(f'No single failure has the id "{failure_id}".{hint}') from error


def _list(view: View, chosen: Selection, rows: Any) -> dict[str, Any]:
    return {"rows": [row(case) for case in rows(view)], "count": view.count(chosen)}


def _whole(desk: Desk, case: Case, *, shows_record: bool) -> dict[str, Any]:
    """Return all that is known of a failure; without the broker, what the view contains."""
    unread: str | None = None
    try:
        desk.needs_broker()
        (document,) = documents(desk.installation.reader(), [case])
    except ConnectorError as error:
        document, unread = row(case), f"Its record could not be read: {error}"
    if not shows_record:
        document = {name: value for name, value in document.items() if name != "original"}
    standing = desk.view.invoice(case.key).documents
    document |= {"destinations": destinations(), "links": links(standing, case.customer_id)}
    return document | {
        "unread": unread,
        "shows_record": shows_record,
        "history": _history(desk.view, case),
    }


def _history(view: View, case: Case) -> list[dict[str, Any]]:
    """Return the invoice's other failures, and what people decided."""
    others = view.failures(Selection(invoice_id=case.invoice_id)) if case.invoice_id else [case]
    failed = [
        (each.failed_at, f"failed: {each.code}", each.reason, each.failure_id) for each in others
    ]
    decided = [
        (each.at, f"{each.kind} by {each.by}", each.why or "", None)
        for each in view.decisions(case.key)
    ]
    steps = sorted([*failed, *decided], key=lambda step: step[0])
    return [
        {"at": at, "what": what, "detail": detail, "failure_id": name}
        for at, what, detail, name in steps
    ]


def _batches(cases: Sequence[Case]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(cases), CSV_CHUNK):
        yield [row(case) for case in cases[start : start + CSV_CHUNK]]


ROUTES = (web.get("/failures", listed), web.get("/failures/{failure_id}", one_failure))
