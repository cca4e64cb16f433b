"""One trace per invoice, across the topics: W3C ``traceparent`` in the record headers.

Trace ids exist without any exporter, since failures carry them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from invoice_shared.headers import TRACEPARENT, carried
from invoice_shared.record import Headers

_PROPAGATOR = TraceContextTextMapPropagator()


@contextmanager
def span(name: str, headers: Headers = ()) -> Iterator[None]:
    """Continue the trace that ``headers`` carry, or begin one."""
    carrier = {key: value.decode("ascii", "replace") for key, value in headers if key == TRACEPARENT}
    with trace.get_tracer("invoice-connector").start_as_current_span(name, context=_PROPAGATOR.extract(carrier)):
        yield


def outgoing_headers(headers: Headers = ()) -> Headers:
    """Give the headers of the next record: those that are carried on, and the current span's ``traceparent``."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carried(headers) + tuple((name, value.encode()) for name, value in carrier.items() if name == TRACEPARENT)


def trace_id() -> str | None:
    """Give the current trace's id as 32 hex digits; ``None`` outside of any span."""
    context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else None
