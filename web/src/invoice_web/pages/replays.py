"""``/replays``: plan, start, watch, stop, resume."""

from collections.abc import Callable
from typing import Any, cast

from aiohttp import web

from invoice_operations.decide.decider import Person
from invoice_operations.errors import InvalidRequest
from invoice_operations.replay.request import Restarting
from invoice_operations.selection import Selection
from invoice_web.answers import answer, done, form, wants_json
from invoice_web.desk import DESK, Desk
from invoice_web.forms import (
    MAX_ROWS,
    SHOWN_ROWS,
    Form,
    gathered,
    named_failures,
    one,
    parse_filters,
    parse_page,
)
from invoice_web.pages.actions import person
from invoice_web.pages.failures import found

RESTARTS = ("raw", "failed")


async def listed(request: web.Request) -> web.Response:
    """List the replays that were planned here, the newest first."""
    desk, asked = request.app[DESK], gathered(list(request.query.items()))
    number, page = parse_page(asked, MAX_ROWS if wants_json(request) else SHOWN_ROWS)
    plans, count = await desk.ask(lambda: desk.replays.plans.newest(page))
    facts = {"rows": [plan.document() for plan in plans], "count": count, "page": number}
    return answer(request, "replays.html", facts | desk.following.age())


async def plan(request: web.Request) -> web.Response:
    """Store the list of failures to replay. Sends nothing."""
    desk, given, who = request.app[DESK], form(request), person(request)
    restart = one(given, "restart") or "raw"
    if restart not in RESTARTS:
        raise InvalidRequest(f'Invalid restart "{restart}": use raw or failed.')
    rate = one(given, "rate")
    chosen = await desk.ask(lambda: _chosen(desk, given))
    desk.needs_broker()
    made = await desk.work(
        lambda: desk.replays.plan(chosen, cast("Restarting", restart), rate, who)
    )
    return done(request, f"/replays/{made.replay_id}", made.document(), 201)


async def one_replay(request: web.Request) -> web.Response:
    """Show a plan and its results so far."""
    desk, replay_id = request.app[DESK], request.match_info["replay_id"]
    return answer(
        request,
        "replay.html",
        await desk.ask(lambda: _facts(desk, replay_id)) | desk.following.age(),
    )


async def start(request: web.Request) -> web.Response:
    """Put the planned records back."""
    return await _change(
        request, lambda desk, replay_id, who: desk.replays.start(replay_id, who), writes=True
    )


async def stop(request: web.Request) -> web.Response:
    """Stop a replay that runs."""
    return await _change(request, lambda desk, replay_id, _who: desk.replays.stop(replay_id))


async def resume(request: web.Request) -> web.Response:
    """Continue a replay that was stopped."""
    return await _change(
        request, lambda desk, replay_id, who: desk.replays.resume(replay_id, who), writes=True
    )


async def _change(
    request: web.Request, change: Callable[[Desk, str, Person], object], *, writes: bool = False
) -> web.Response:
    desk, replay_id, who = request.app[DESK], request.match_info["replay_id"], person(request)
    await desk.ask(lambda: desk.replays.plans.get(replay_id))
    if writes:
        desk.needs_broker()
        await desk.work(desk.following.refresh)
    await desk.work(lambda: change(desk, replay_id, who))
    return done(request, f"/replays/{replay_id}", await desk.ask(lambda: _facts(desk, replay_id)))


def _facts(desk: Desk, replay_id: str) -> dict[str, Any]:
    stored = desk.replays.plans.get(replay_id)
    listed = {"failure_ids": list(stored.failure_ids[:MAX_ROWS])}
    return stored.document() | listed | desk.replays.results(stored)


def _chosen(desk: Desk, given: Form) -> Selection:
    """Return the failures that are named by their ids, or the open ones that match the filters."""
    if named := named_failures(given):
        return Selection(failure_ids=frozenset(found(desk.view, each).failure_id for each in named))
    return parse_filters(given, desk.installation.clock.now())


ROUTES = (
    web.get("/replays", listed),
    web.post("/replays", plan),
    web.get("/replays/{replay_id}", one_replay),
    web.post("/replays/{replay_id}/start", start),
    web.post("/replays/{replay_id}/stop", stop),
    web.post("/replays/{replay_id}/resume", resume),
)
