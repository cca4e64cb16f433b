"""The base class of all simulators.

Requests and replies are plain values, without sockets.

The front door serves it over HTTP. A test may also call ``answer`` itself, in any order and at any
time.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Generic, TypeVar

from invoice_simulators.routing import Route, Router
from invoice_simulators.wire import ApiError, Call, Clock, Json, Reply

# A frozen dataclass of JSON values.
Settings = TypeVar("Settings", bound=Any)

# The operation of a request without a route.
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Work:
    """One parsed request.

    ``admit`` raises ``ApiError`` for wrong credentials, ``handle`` for other errors.
    """

    operation: str
    invoice_id: str | None
    admit: Callable[[], None]
    handle: Callable[[], Reply]

    def carry_out(self) -> Reply:
        """Process it without checking credentials: all or nothing is stored on return."""
        try:
            return self.handle()
        except ApiError as refusal:
            return refusal.reply()

    def answer(self) -> Reply:
        """Process it if the credentials are right."""
        try:
            self.admit()
        except ApiError as refusal:
            return refusal.reply()
        return self.carry_out()


class Simulator(ABC, Generic[Settings]):
    """One other system."""

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
        """Return the invoice of a request, if it is visible."""

    @abstractmethod
    def refusal(self, status: int) -> ApiError:
        """Return the system's refusal with this status: 401, 404, 429 or 5xx."""

    def overloaded(self) -> ApiError:
        """Return the refusal of a request above the limits."""
        return self.refusal(429)

    def unknown(self, call: Call) -> ApiError:  # noqa: ARG002 - some systems name it
        """Return the refusal of an unknown path or method."""
        return self.refusal(404)

    @abstractmethod
    def documents(self) -> Iterable[Json]:
        """Return all documents, oldest first, with amounts as strings."""

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """Return the actions of people and time, by name."""
        return {}

    def views(self) -> Mapping[str, Callable[[], Iterable[Any]]]:
        """Return the views, by name."""
        return {"documents": self.documents}

    @abstractmethod
    def clear(self) -> None:
        """Delete all stored data."""

    def receive(self, call: Call) -> Work:
        """Return the work for a request."""
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
        """Reset data and settings."""
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
    """Accept a request that needs no credentials."""
