"""The control API under ``/_control/``: faults, limits, settings, actions and views."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from invoice_simulators.faults import parse_fault
from invoice_simulators.front import FrontDoor
from invoice_simulators.limits import Throttle, parse_limits
from invoice_simulators.simulator import Simulator
from invoice_simulators.wire import ApiError, Json, dumps, loads

CONTROL = "/_control/"

# In bytes: NetSuite's limit, the largest of all systems, and enough for any seed.
REQUEST_LIMIT = 104 * 1024 * 1024


class Control:
    """Handlers of the control API of one system."""

    def __init__(self, door: FrontDoor) -> None:
        self._door = door

    def routes(self) -> list[web.RouteDef]:
        """Return the routes; a system's own ones are named by its actions and views."""
        return [
            web.post(f"{CONTROL}faults", self.add_fault),
            web.delete(f"{CONTROL}faults", self.clear_faults),
            web.post(f"{CONTROL}release", self.release),
            web.get(f"{CONTROL}held", self.list_held),
            web.post(f"{CONTROL}limits", self.set_limits),
            web.post(f"{CONTROL}settings", self.change_settings),
            web.get(f"{CONTROL}requests", self.list_requests),
            web.post(f"{CONTROL}reset", self.reset),
            web.post(f"{CONTROL}{{action}}", self.act),
            web.get(f"{CONTROL}{{view}}", self.view),
        ]

    async def add_fault(self, request: web.Request) -> web.Response:
        """Add a fault; see ``faults.Fault`` for its fields."""
        self._door.faults.add(parse_fault(await read_object(request)))
        return _answer({})

    async def clear_faults(self, _request: web.Request) -> web.Response:
        """Remove all faults. Hanging requests stay hanging, and late ones are still processed."""
        self._door.faults.clear()
        return _answer({})

    async def release(self, request: web.Request) -> web.Response:
        """Process held requests, optionally of one ``operation`` or ``invoice_id``."""
        return _answer(self._door.held.release(**await read_object(request)))

    async def list_held(self, _request: web.Request) -> web.Response:
        """List the held requests."""
        return _answer(list(self._door.held.listing()))

    async def set_limits(self, request: web.Request) -> web.Response:
        """Replace the limits; see ``limits.Limits`` for its fields."""
        self._door.throttle = Throttle(parse_limits(await read_object(request)))
        return _answer({})

    async def change_settings(self, request: web.Request) -> web.Response:
        """Change some of the system's own settings."""
        self._door.simulator.configure(await read_object(request))
        return _answer({})

    async def list_requests(self, request: web.Request) -> web.Response:
        """List the requests, optionally of one ``operation``."""
        return _answer(list(self._door.journal.listing(request.query.get("operation"))))

    async def reset(self, _request: web.Request) -> web.Response:
        """Reset everything."""
        self._door.reset()
        return _answer({})

    async def act(self, request: web.Request) -> web.Response:
        """Run an action of people or time; the body has its arguments, or one list."""
        act = _named(self._door.simulator.actions(), request.match_info["action"], "action")
        given = loads(await request.read())
        done = act(given) if isinstance(given, list) else act(**given)
        return _answer({} if done is None else done)

    async def view(self, request: web.Request) -> web.Response:
        """List a view."""
        return _answer(
            list(_named(self._door.simulator.views(), request.match_info["view"], "view")())
        )


def _named(known: Mapping[str, Any], name: str, kind: str) -> Any:
    if name not in known:
        raise ValueError(
            f'There is no {kind} "{name}" here: use one of {", ".join(sorted(known))}.'
        )
    return known[name]


async def read_object(request: web.Request) -> Json:
    """Read a JSON object. Raises ``ValueError``."""
    tree = loads(await request.read())
    if not isinstance(tree, dict):
        raise ValueError("a JSON object is expected")
    return tree


def _answer(body: Any, status: int = 200) -> web.Response:
    return web.Response(body=dumps(body), status=status, content_type="application/json")


@web.middleware
async def explain_misuse(request: web.Request, handler: Any) -> web.StreamResponse:
    """Answer an invalid call of the control API with 400 and a message."""
    try:
        response: web.StreamResponse = await handler(request)
    except (ValueError, TypeError, KeyError, ApiError) as error:
        if not request.path.startswith(CONTROL):
            raise
        return _answer({"error": str(error)}, status=400)
    return response


def build_app(simulator: Simulator[Any]) -> web.Application:
    """Return the application of one simulator: its own API and the control API."""
    door = FrontDoor(simulator)
    app = web.Application(middlewares=[explain_misuse], client_max_size=REQUEST_LIMIT)
    app.add_routes(Control(door).routes())
    app.add_routes([web.route("*", "/{path:.*}", door.serve)])
    return app
