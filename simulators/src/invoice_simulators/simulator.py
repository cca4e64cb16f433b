"""What every simulated system has in common.

No socket: requests come in as values, and so go the replies.

The front door serves it over HTTP; a test may as well call ``answer`` itself, in an order and at
times of its own.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Generic, TypeVar

from invoice_simulators.routing import Route, Router
from invoice_simulators.wire import ApiError, Call, Clock, Json, Reply

# A frozen dataclass of values that JSON can hold.
Settings = TypeVar("Settings", bound=Any)

# The operation of a request that no route takes.
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Work:
    """One request that was understood.

    ``admit`` raises ``ApiError`` for wrong credentials, ``handle`` for the rest.
    """

    operation: str
    invoice_id: str | None
    admit: Callable[[], None]
    handle: Callable[[], Reply]

    def carry_out(self) -> Reply:
        """Do it, whoever asked: everything is stored, or nothing, before this returns."""
        try:
            return self.handle()
        except ApiError as refusal:
            return refusal.reply()

    def answer(self) -> Reply:
        """Do it if the credentials are right."""
        try:
            self.admit()
        except ApiError as refusal:
            return refusal.reply()
        return self.carry_out()


class Simulator(ABC, Generic[Settings]):
    """One outside system."""

    def __init__(self, settings: Settings, clock: Clock = time.time) -> None:
        self._initial = settings
        self.settings = settings
        self.clock = clock
        self._router = Router(self.routes())

    @abstractmethod
    def routes(self) -> Iterable[Route]:
        """Return the system's own API."""

    @abstractmethod
    def authorize(self, call: Call) -> None:
        """Raise ``ApiError`` for wrong credentials."""

    @abstractmethod
    def identify(self, call: Call) -> str | None:
        """Return the invoice that a request is about, as far as it shows."""

    @abstractmethod
    def refusal(self, status: int) -> ApiError:
        """Word a refusal with this status as the system would: 401, 404, 429, 5xx."""

    def overloaded(self) -> ApiError:
        """Word the refusal of a request above the limits."""
        return self.refusal(429)

    def unknown(self, call: Call) -> ApiError:  # noqa: ARG002 - some systems name it
        """Word the refusal of a path or method that is not served."""
        return self.refusal(404)

    @abstractmethod
    def documents(self) -> Iterable[Json]:
        """Return what exists, oldest first, amounts as strings."""

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """Return what people and time can do to this system, by name."""
        return {}

    def views(self) -> Mapping[str, Callable[[], Iterable[Any]]]:
        """Return what can be read back, by name."""
        return {"documents": self.documents}

    @abstractmethod
    def clear(self) -> None:
        """Forget everything that was stored."""

    def receive(self, call: Call) -> Work:
        """Understand a request."""
        found = self._router.find(call)
        if found is None:
            return Work(
                UNKNOWN, self.identify(call), _admit_anybody, lambda: self.unknown(call).reply()
            )
        route, told = found
        admit = _admit_anybody if route.is_open else (lambda: self.authorize(told))
        return Work(route.operation, self.identify(call), admit, lambda: route.handler(told))

    def answer(self, call: Call) -> Reply:
        """Answer a request at once, without faults and limits."""
        return self.receive(call).answer()

    def reset(self) -> None:
        """Go back to the start, settings included."""
        self.settings = self._initial
        self.clear()

    def configure(self, changes: Mapping[str, Any]) -> None:
        """Change settings by name. Raises ``ValueError`` for an unknown one."""
        known = {each.name for each in fields(self.settings)}
        if unknown := set(changes) - known:
            raise ValueError(
                f"unknown settings: {', '.join(sorted(unknown))}; known: {', '.join(sorted(known))}"
            )
        self.settings = replace(self.settings, **changes)


def _admit_anybody() -> None:
    """Let a request through that needs no credentials."""
