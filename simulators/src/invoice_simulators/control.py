"""The control API under ``/_control/``: faults, limits, settings, what was seen, what exists."""

from typing import Any

from aiohttp import web

from invoice_simulators.faults import parse_fault
from invoice_simulators.front import CONTROL, FrontDoor
from invoice_simulators.limits import Throttle, parse_limits
from invoice_simulators.simulator import Simulator
from invoice_simulators.wire import Json, answer, loads

REQUEST_LIMIT = 104 * 1024 * 1024
"""Bytes of the largest request that is read: NetSuite's own limit, the largest of all; also enough for any seed."""


class Control:
    """Handlers of the control API of one system."""

    def __init__(self, door: FrontDoor) -> None:
        self._door = door

    def routes(self) -> list[web.RouteDef]:
        """Give the routes that every system has."""
        return [
            web.post(f"{CONTROL}faults", self.add_fault),
            web.delete(f"{CONTROL}faults", self.clear_faults),
            web.post(f"{CONTROL}limits", self.set_limits),
            web.post(f"{CONTROL}settings", self.change_settings),
            web.get(f"{CONTROL}requests", self.list_requests),
            web.get(f"{CONTROL}documents", self.list_documents),
            web.post(f"{CONTROL}reset", self.reset),
        ]

    async def add_fault(self, request: web.Request) -> web.Response:
        """Put a fault in force; see ``faults.Fault`` for its fields."""
        self._door.faults.add(parse_fault(await read_object(request)))
        return answer({})

    async def clear_faults(self, _request: web.Request) -> web.Response:
        """Remove all faults. What hangs goes on hanging: its answer was never to come."""
        self._door.faults.clear()
        return answer({})

    async def set_limits(self, request: web.Request) -> web.Response:
        """Replace the limits; see ``limits.Limits`` for its fields."""
        self._door.throttle = Throttle(parse_limits(await read_object(request)))
        return answer({})

    async def change_settings(self, request: web.Request) -> web.Response:
        """Change some of the system's own settings."""
        self._door.simulator.configure(await read_object(request))
        return answer({})

    async def list_requests(self, request: web.Request) -> web.Response:
        """List the requests seen, of one ``operation`` where the query names it."""
        return answer(list(self._door.journal.listing(request.query.get("operation"))))

    async def list_documents(self, _request: web.Request) -> web.Response:
        """List what exists."""
        return answer(list(self._door.simulator.documents()))

    async def reset(self, _request: web.Request) -> web.Response:
        """Go back to the start."""
        self._door.reset()
        return answer({})


async def read_object(request: web.Request) -> Json:
    """Read a JSON object. Raises ``ValueError``."""
    tree = loads(await request.read())
    if not isinstance(tree, dict):
        raise ValueError("a JSON object is expected")
    return tree


@web.middleware
async def explain_misuse(request: web.Request, handler: Any) -> web.StreamResponse:
    """Answer a wrong call of the control API with 400 and a sentence; the systems' own APIs are left alone."""
    try:
        response: web.StreamResponse = await handler(request)
    except (ValueError, TypeError, KeyError) as error:
        if not request.path.startswith(CONTROL):
            raise
        return answer({"error": str(error)}, status=400)
    return response


def build_app(simulator: Simulator[Any]) -> web.Application:
    """Build the application of one simulated system: its own API, and the control API beside it."""
    door = FrontDoor(simulator)
    app = web.Application(middlewares=[explain_misuse, door.admit], client_max_size=REQUEST_LIMIT)
    app.add_routes(Control(door).routes())
    app.add_routes(simulator.control_routes())
    app.add_routes(simulator.routes())
    return app
