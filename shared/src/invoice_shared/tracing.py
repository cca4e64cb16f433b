"""One trace an invoice, across the topics: W3C ``traceparent`` in the record headers, OpenTelemetry's own export.

Trace ids exist without any exporter, since failures carry them; spans leave the process only to an OTLP endpoint.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from invoice_shared.headers import TRACEPARENT, carried
from invoice_shared.record import Headers
from invoice_shared.settings import BaseServiceSettings

GRACE_SHARE = 0.05
"""Of the grace period, for the last spans."""

_PROPAGATOR = TraceContextTextMapPropagator()


def configure(settings: BaseServiceSettings, service_name: str) -> None:
    """Set up tracing for this process. ``OTEL_*`` variables are read by the SDK itself.

    With an endpoint it starts a thread: who awaits signals in one of his own blocks them first.
    """
    provider = TracerProvider(resource=resource_of(service_name), shutdown_on_exit=False)
    if settings.otel_exporter_otlp_endpoint or settings.otel_exporter_otlp_traces_endpoint:
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


def resource_of(service_name: str) -> Resource:
    """Describe this process; ``OTEL_SERVICE_NAME`` and ``OTEL_RESOURCE_ATTRIBUTES`` have the last word."""
    return Resource.create({"service.name": service_name}).merge(OTELResourceDetector().detect())


def close(grace_seconds: float) -> None:
    """Hand in the spans that are left; a collector that is away keeps no process from ending within its grace."""
    provider = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider):
        ending = threading.Thread(target=provider.shutdown, name="last-spans", daemon=True)
        ending.start()
        ending.join(grace_seconds * GRACE_SHARE)


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
