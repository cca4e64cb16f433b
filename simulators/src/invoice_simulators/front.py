"""The front door of every simulated system: journal, limits, faults; then the system's own handler.

A document is stored, atomically with its duplicate check, before any delay and before the answer: handlers do not await
between reading and storing, and one event loop runs them all.
"""

import asyncio
import socket
import struct
import time
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

from aiohttp import web

from invoice_simulators.faults import Fault, Faults
from invoice_simulators.journal import Entry, Journal
from invoice_simulators.limits import Limits, Throttle
from invoice_simulators.simulator import Simulator
from invoice_simulators.wire import ApiError, answer

CONTROL = "/_control/"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class FrontDoor:
    """State of one system's front door; its ``admit`` is the application's middleware."""

    def __init__(self, simulator: Simulator[Any]) -> None:
        self.simulator = simulator
        self.journal = Journal()
        self.faults = Faults()
        self.throttle = Throttle(Limits())

    def reset(self) -> None:
        """Go back to the start: no faults, no limits, nothing seen, nothing stored."""
        self.journal.clear()
        self.faults.clear()
        self.throttle = Throttle(Limits())
        self.simulator.reset()

    @web.middleware
    async def admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let one request through, or not."""
        if request.path.startswith(CONTROL):
            return await handler(request)
        body = (await request.read()).decode(errors="replace")
        operation = request.match_info.route.name or "unknown"
        entry = self.journal.arrive(operation, request.method, request.path_qs, self.simulator.identify(request, body))
        try:
            response = await self._respond(request, handler, entry)
        except web.HTTPException as refusal:  # aiohttp's own: no such path, wrong method
            entry.status = refusal.status
            raise
        finally:
            self.journal.leave()
        entry.status = response.status
        return response

    async def _respond(self, request: web.Request, handler: Handler, entry: Entry) -> web.StreamResponse:
        if not self.throttle.admits(entry.concurrency, time.monotonic()):
            return self.simulator.overloaded()
        fault = self.faults.choose(entry.operation, entry.invoice_id)
        if fault is None:
            return await self._carry_out(request, handler)
        entry.fault = fault.kind
        return await self._go_wrong(fault, request, handler)

    async def _carry_out(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            response = await handler(request)
        except ApiError as error:
            response = error.answer()
        if seconds := self.throttle.draw_latency():
            await asyncio.sleep(seconds)
        return response

    async def _go_wrong(self, fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
        match fault.kind:
            case "status":
                return self._status_answer(fault)
            case "credentials":
                return self.simulator.refuse(401)
            case "latency":
                response = await self._carry_out(request, handler)
                await asyncio.sleep(fault.seconds)
                return response
            case "status-after":
                await self._carry_out(request, handler)
                return self._status_answer(fault)
            case "reset-after" | "hang-after":
                await self._carry_out(request, handler)
        if fault.kind in ("reset-before", "reset-after"):
            _reset_connection(request)
        return await _hang()

    def _status_answer(self, fault: Fault) -> web.Response:
        response = self.simulator.refuse(fault.status)
        if isinstance(fault.body, str):  # as it is: a gateway's page is no JSON
            response = web.Response(status=fault.status, text=fault.body)
        elif fault.body is not None:
            response = answer(fault.body, status=fault.status)
        response.headers.update(fault.headers)
        return response


def _reset_connection(request: web.Request) -> None:
    if request.transport is None:
        return
    # Without lingering, closing sends RST instead of FIN: the client sees a reset, not a tidy end.
    connection = request.transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()


async def _hang() -> NoReturn:
    """Never answer. The server cancels the handler once the client has gone."""
    await asyncio.Event().wait()
    raise AssertionError("an event that nobody sets was set")
