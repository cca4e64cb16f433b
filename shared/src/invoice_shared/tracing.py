"""One trace per invoice, across the topics: W3C ``traceparent`` in the record headers.

Trace ids exist without an exporter, because failures contain them.
"""

from contextlib import AbstractContextManager
from typing import Protocol

from invoice_shared.headers import TRACEPARENT, carried
from invoice_shared.record import Headers
from invoice_shared.trace_ids import TraceIds


class Trace(Protocol):
    """How the steps of a trace are recorded."""

    def step(self, name: str, parent: str) -> AbstractContextManager[None]:
        """Continue the trace of a ``traceparent``, or start one if it is invalid."""

    def current(self) -> str | None:
        """Return the current ``traceparent``; ``None`` outside of a step."""

    def close(self, seconds: float) -> None:
        """Export what is left, within ``seconds``."""


_in_use: Trace = TraceIds()


def use(trace: Trace) -> None:
    """Record this process's steps with ``trace`` instead of ids alone."""
    global _in_use  # noqa: PLW0603 - one per process, as in OpenTelemetry itself
    _in_use = trace


def in_use() -> Trace:
    """Return how this process's steps are recorded."""
    return _in_use


def span(name: str, headers: Headers = ()) -> AbstractContextManager[None]:
    """Continue the trace in ``headers``, or start one."""
    parents = [value for key, value in headers if key == TRACEPARENT]
    return _in_use.step(name, parents[-1].decode("ascii", "replace") if parents else "")


def outgoing_headers(headers: Headers = ()) -> Headers:
    """Return the next record's headers: the copied ones and the current ``traceparent``."""
    current = _in_use.current()
    own = () if current is None else ((TRACEPARENT, current.encode()),)
    return carried(headers) + own


def trace_id() -> str | None:
    """Return the current trace's id as 32 hex digits; ``None`` outside of a span."""
    current = _in_use.current()
    return None if current is None else current.split("-")[1]
