"""Find the handler of a request. Pure."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from urllib.parse import unquote

from invoice_simulators.wire import Call, Reply

Handler = Callable[[Call], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """``path`` is a regular expression; its named groups become ``Call.parts``.

    ``operation`` is its name for faults and journal; ``is_open``: it needs no login.
    """

    method: str
    path: str
    operation: str
    handler: Handler
    is_open: bool = False


class Router:
    """The routes of one system; the first match counts."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [(re.compile(route.path), route) for route in routes]

    def find(self, call: Call) -> tuple[Route, Call] | None:
        """Return a request's route, and the request with its path's parts; null if none."""
        path = call.url.raw_path
        for pattern, route in self._routes:
            if route.method == call.method and (found := pattern.fullmatch(path)) is not None:
                parts = {name: unquote(value) for name, value in found.groupdict().items()}
                return route, replace(call, parts=parts)
        return None
