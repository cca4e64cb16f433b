"""A person's actions on failures, invoices and destinations."""

from urllib.parse import quote

from aiohttp import web

from invoice_operations.approve.run import chosen_by_id, held, look
from invoice_operations.decide.decider import Decider, Person
from invoice_operations.enqueue.run import enqueue
from invoice_operations.errors import NeedsAttention, NotFound
from invoice_operations.resolve.resolution import Resolution
from invoice_operations.resolve.run import resolve
from invoice_operations.selection import Selection
from invoice_providers.names import all_destinations, destinations
from invoice_shared.decision import Decision, Kind
from invoice_web.answers import done, form, identity
from invoice_web.desk import DESK, Desk
from invoice_web.forms import named_failures, needed, one, parse_filters
from invoice_web.pages.failures import found
from invoice_web.plans import StoredPlan


def person(request: web.Request) -> Person:
    """Return who decides."""
    return Person(identity(request).name, "web")


async def resolve_failure(request: web.Request) -> web.Response:
    """Close a failure that was handled by hand."""
    desk, given, who = request.app[DESK], form(request), person(request)
    case = await desk.ask(lambda: found(desk.view, request.match_info["failure_id"]))
    why = needed(given, "why")
    document_id = one(given, "document_id")
    destination = one(given, "destination")
    insists = one(given, "despite_waiting") != ""
    asked = Resolution(
        case.failure_id, why, document_id or None, destination or None, despite_waiting=insists
    )
    resolved = await desk.change(lambda: resolve(asked, desk.installation, who))
    facts = resolved.event.model_dump() | {"metronome": resolved.metronome}
    return done(request, f"/failures/{case.failure_id}", facts)


async def approve_failure(request: web.Request) -> web.Response:
    """Approve one held invoice."""
    desk, why, who = request.app[DESK], one(form(request), "why"), person(request)
    case = await desk.ask(lambda: found(desk.view, request.match_info["failure_id"]))

    def approved() -> StoredPlan:
        chosen = chosen_by_id([case.failure_id], desk.installation.view())
        return _approve(desk, chosen, why, who)

    return _started(request, await desk.change(approved))


async def approve_several(request: web.Request) -> web.Response:
    """Approve the named held invoices, or all that match the filters."""
    desk, given, who = request.app[DESK], form(request), person(request)
    now, named = desk.installation.clock.now(), named_failures(given)

    def approved() -> StoredPlan:
        chosen = (
            chosen_by_id(named, desk.installation.view())
            if named
            else held(parse_filters(given, now, state="held"))
        )
        return _approve(desk, chosen, one(given, "why"), who)

    return _started(request, await desk.change(approved))


async def pause(request: web.Request) -> web.Response:
    """Pause a destination."""
    name = _destination(request)
    return await _decide(request, "pause", name, needed(form(request), "why"))


async def resume(request: web.Request) -> web.Response:
    """Resume a destination."""
    return await _decide(
        request, "resume", _destination(request), one(form(request), "why") or None
    )


async def enqueue_invoice(request: web.Request) -> web.Response:
    """Enqueue one invoice as its webhook would have."""
    desk, who, invoice_id = request.app[DESK], person(request), request.match_info["invoice_id"]
    customer_id = needed(form(request), "customer_id")
    decision = await desk.change(lambda: enqueue(invoice_id, customer_id, desk.installation, who))
    return done(request, f"/invoices/{quote(invoice_id, safe='')}", decision.model_dump(), 201)


def _approve(desk: Desk, chosen: Selection, why: str, who: Person) -> StoredPlan:
    approval = look(chosen, desk.installation)
    if not approval.subjects:
        known = ", ".join(case.failure_id[:12] for case in approval.unknown[:3])
        lost = (
            f" The records of {known} are not stored here any more: replay these invoices."
            if known
            else ""
        )
        raise NeedsAttention(f"Nothing to approve: no invoice that matches is held.{lost}")
    return desk.replays.approve(approval, dict(chosen.filters()), why, who)


def _started(request: web.Request, plan: StoredPlan) -> web.Response:
    return done(request, f"/replays/{plan.replay_id}", plan.document(), 201)


def _destination(request: web.Request) -> str:
    name = request.match_info["name"]
    if name not in destinations():
        raise NotFound(f'Unknown destination "{name}": use one of {all_destinations()}.')
    return name


async def _decide(request: web.Request, kind: Kind, name: str, why: str | None) -> web.Response:
    desk, who = request.app[DESK], person(request)
    installation = desk.installation

    def decide() -> Decision:
        with installation.publisher() as publisher:
            topic = installation.kafka.invoice_decisions_topic
            return Decider(publisher, topic, who, installation.clock).decide(kind, name, why)

    return done(request, "/", (await desk.change(decide)).model_dump())


ROUTES = (
    web.post("/failures/{failure_id}/resolve", resolve_failure),
    web.post("/failures/{failure_id}/approve", approve_failure),
    web.post("/approvals", approve_several),
    web.post("/destinations/{name}/pause", pause),
    web.post("/destinations/{name}/resume", resume),
    web.post("/invoices/{invoice_id}/enqueue", enqueue_invoice),
)
