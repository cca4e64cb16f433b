"""What every simulated system has in common: the seam between its own API and the front door with the control API."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any, Generic, TypeVar

from aiohttp import web

from invoice_simulators.wire import Json

Settings = TypeVar("Settings", bound=Any)
"""A frozen dataclass of values that JSON can hold."""


class Simulator(ABC, Generic[Settings]):
    """One outside system. Route names are the operations that faults and the journal speak of."""

    def __init__(self, settings: Settings) -> None:
        self._initial = settings
        self.settings = settings

    @abstractmethod
    def routes(self) -> list[web.RouteDef]:
        """Give the system's own API."""

    def control_routes(self) -> list[web.RouteDef]:
        """Give what can be controlled in this system only."""
        return []

    @abstractmethod
    def identify(self, request: web.Request, body: str) -> str | None:
        """Give the invoice that a request is about, as far as it can be told."""

    @abstractmethod
    def refuse(self, status: int) -> web.Response:
        """Word a refusal with this status as the system would: 401, 429, 5xx."""

    def overloaded(self) -> web.Response:
        """Word the refusal of a request above the limits."""
        return self.refuse(429)

    @abstractmethod
    def documents(self) -> Iterable[Json]:
        """Give what exists, oldest first, amounts as strings."""

    @abstractmethod
    def clear(self) -> None:
        """Forget everything that was stored."""

    def reset(self) -> None:
        """Go back to the start, settings included."""
        self.settings = self._initial
        self.clear()

    def configure(self, changes: Mapping[str, Any]) -> None:
        """Change settings by name. Raises ``ValueError`` for an unknown one."""
        known = {each.name for each in fields(self.settings)}
        if unknown := set(changes) - known:
            raise ValueError(f"unknown settings: {', '.join(sorted(unknown))}; known: {', '.join(sorted(known))}")
        self.settings = replace(self.settings, **changes)
