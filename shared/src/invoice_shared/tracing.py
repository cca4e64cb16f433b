"""One trace per invoice, across the topics: W3C ``traceparent`` in the record headers.

Trace ids exist without any exporter, since failures carry them.
"""

from contextlib import AbstractContextManager
from typing import Protocol

from invoice_shared.headers import TRACEPARENT, carried
from invoice_shared.record import Headers
from invoice_shared.trace_ids import TraceIds


class Trace(Protocol):
    """How the steps of a trace are made known."""

    def step(self, name: str, parent: str) -> AbstractContextManager[None]:
        """Continue the trace of a ``traceparent``, or begin one if it names none."""

    def current(self) -> str | None:
        """Return the current ``traceparent``; ``None`` outside of any step."""

    def close(self, seconds: float) -> None:
        """Hand in what is left, within so many seconds."""


_in_use: Trace = TraceIds()


def use(trace: Trace) -> None:
    """Have the steps of this process made known by ``trace``; without it they are ids alone."""
    global _in_use  # noqa: PLW0603 - one per process, as in OpenTelemetry itself
    _in_use = trace


def in_use() -> Trace:
    """Return how the steps of this process are made known."""
    return _in_use


def span(name: str, headers: Headers = ()) -> AbstractContextManager[None]:
    """Continue the trace that ``headers`` carry, or begin one."""
    parents = [value for key, value in headers if key == TRACEPARENT]
    return _in_use.step(name, parents[-1].decode("ascii", "replace") if parents else "")


def outgoing_headers(headers: Headers = ()) -> Headers:
    """Return the headers of the next record: those that are carried on, and the current
    ``traceparent``.
    """
    current = _in_use.current()
    own = () if current is None else ((TRACEPARENT, current.encode()),)
    return carried(headers) + own


def trace_id() -> str | None:
    """Return the current trace's id as 32 hex digits; ``None`` outside of any span."""
    current = _in_use.current()
    return None if current is None else current.split("-")[1]
