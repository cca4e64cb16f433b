"""Trace ids without an exporter: W3C's ``traceparent`` as text, and the current one.

Pure, apart from random ids.
"""

import random
import re
from contextvars import ContextVar, Token
from types import TracebackType

# Sampled, so that other systems can export their spans of the trace.
SAMPLED = "01"
TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-.*)?", re.ASCII
)

# As in OpenTelemetry, ids must differ but need not be secret.
_random = random.Random()  # noqa: S311
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def child_of(parent: str) -> str:
    """Return the ``traceparent`` of a step in the parent's trace, or in a new one."""
    ids = f"{_random.getrandbits(192):048x}"
    found = TRACEPARENT.fullmatch(parent) if parent else None
    trace, flags = found.groups()[:2] if found else (ids[:32], SAMPLED)
    return f"00-{trace}-{ids[32:]}-{flags}"


class TraceIds:
    """A ``Trace`` that only has ids."""

    def step(self, _name: str, parent: str) -> "Step":
        """See ``Trace``."""
        return Step(parent)

    def current(self) -> str | None:
        """See ``Trace``."""
        return _current.get()

    def close(self, seconds: float) -> None:
        """Do nothing, because ids are not exported."""


class Step:
    """One step of a trace, as a context manager."""

    __slots__ = ("_before", "_traceparent")

    def __init__(self, parent: str) -> None:
        self._traceparent = child_of(parent)
        self._before: Token[str | None] | None = None

    def __enter__(self) -> None:
        self._before = _current.set(self._traceparent)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._before is not None:
            _current.reset(self._before)
