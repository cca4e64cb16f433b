"""The front door of every simulator: journal, limits and faults before the system itself.

A document is stored, atomically with its duplicate check, before any delay and the answer: the
system's work is one plain call, and one event loop runs all calls.
"""

import asyncio
import socket
import struct
import time
from typing import Any, NoReturn

from aiohttp import web

from invoice_simulators.faults import Fault, Faults
from invoice_simulators.held import HeldCalls
from invoice_simulators.journal import Entry, Journal
from invoice_simulators.limits import Limits, Throttle
from invoice_simulators.simulator import Simulator, Work
from invoice_simulators.wire import ApiError, Call, Reply, reply


class FrontDoor:
    """One system's front door; ``serve`` is the handler for the system's own API."""

    def __init__(self, simulator: Simulator[Any]) -> None:
        self.simulator = simulator
        self.journal = Journal()
        self.faults = Faults()
        self.held = HeldCalls()
        self.throttle = Throttle(Limits())

    def reset(self) -> None:
        """Reset everything: faults, limits, journal, held requests and documents."""
        self.journal.clear()
        self.faults.clear()
        self.held.clear()
        self.throttle = Throttle(Limits())
        self.simulator.reset()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer or lose one request."""
        work = self.simulator.receive(await _read(request))
        entry = self.journal.arrive(
            work.operation, request.method, request.path_qs, work.invoice_id
        )
        try:
            answer = await self._respond(request, work, entry)
        finally:
            self.journal.leave()
        entry.status = answer.status
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)

    async def _respond(self, request: web.Request, work: Work, entry: Entry) -> Reply:
        if not self.throttle.admits(entry.concurrency, time.monotonic()):
            return self.simulator.overloaded().reply()
        fault = self.faults.choose(entry.operation, entry.invoice_id)
        if fault is None:
            return await self._answer(work)
        entry.fault = fault.kind
        return await self._go_wrong(fault, request, work, entry)

    async def _answer(self, work: Work) -> Reply:
        answer = work.answer()
        if seconds := self.throttle.draw_latency():
            await asyncio.sleep(seconds)
        return answer

    async def _go_wrong(
        self, fault: Fault, request: web.Request, work: Work, entry: Entry
    ) -> Reply:
        match fault.kind:
            case "credentials":
                return self.simulator.refusal(401).reply()
            case "latency":
                answer = await self._answer(work)
                await asyncio.sleep(fault.seconds or 0)
                return answer
            case "status-after" | "reset-after" | "hang-after":
                await self._answer(work)
            case "status-late" | "reset-late" | "hang-late":
                try:
                    work.admit()
                except ApiError as refusal:
                    return refusal.reply()
                self.held.hold(work, entry, fault.seconds)
        return await self._lose_answer(fault, request)

    async def _lose_answer(self, fault: Fault, request: web.Request) -> Reply:
        if fault.kind.startswith("status"):
            return self._status_answer(fault)
        if fault.kind.startswith("reset"):
            _reset_connection(request)
        return await _hang()

    def _status_answer(self, fault: Fault) -> Reply:
        own = self.simulator.refusal(fault.status).reply()
        if isinstance(fault.body, str):  # unchanged, because a gateway's page is not JSON
            own = Reply(
                fault.status, fault.body.encode(), {"Content-Type": "text/plain; charset=utf-8"}
            )
        elif fault.body is not None:
            own = reply(fault.body, status=fault.status)
        return Reply(own.status, own.body, {**own.headers, **fault.headers})


async def _read(request: web.Request) -> Call:
    url = f"{request.scheme}://{request.host}{request.raw_path}"
    return Call.of(request.method, url, request.headers, await request.read())


def _reset_connection(request: web.Request) -> None:
    if request.transport is None:
        return
    # With a linger time of 0, closing sends RST instead of FIN, so the client sees a reset.
    connection = request.transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()


async def _hang() -> NoReturn:
    """Never answer. The server cancels the handler once the client disconnects."""
    await asyncio.Event().wait()
    raise AssertionError("an event that nobody sets was set")
