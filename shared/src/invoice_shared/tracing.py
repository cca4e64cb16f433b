"""One trace an invoice, across the topics: W3C ``traceparent`` in the record headers, OpenTelemetry's own export.

Trace ids exist without any exporter, since failures carry them; spans leave the process only to an OTLP endpoint.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from invoice_shared.headers import TRACEPARENT, carried
from invoice_shared.record import Headers
from invoice_shared.settings import BaseServiceSettings

_PROPAGATOR = TraceContextTextMapPropagator()


def configure(settings: BaseServiceSettings, service_name: str) -> None:
    """Set up tracing for this process. ``OTEL_*`` variables are read by the SDK itself."""
    provider = TracerProvider(resource=Resource.create({"service.name": service_name}))
    if settings.otel_exporter_otlp_endpoint or settings.otel_exporter_otlp_traces_endpoint:
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


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
