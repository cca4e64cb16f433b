"""OpenTelemetry's spans and their export. Only imported if an endpoint is set."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from invoice_shared.headers import TRACEPARENT
from invoice_shared.outgoing.adapter import OutgoingAdapter, attach
from invoice_shared.settings import BaseServiceSettings

_PROPAGATOR = TraceContextTextMapPropagator()


class Spans:
    """A ``Trace`` whose steps are spans."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("invoice-connector")

    @contextmanager
    def step(self, name: str, parent: str) -> Iterator[None]:
        """See ``Trace``."""
        context = _PROPAGATOR.extract({TRACEPARENT: parent})
        with self._tracer.start_as_current_span(name, context=context):
            yield

    def current(self) -> str | None:
        """See ``Trace``."""
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier)
        return carrier.get(TRACEPARENT)

    def close(self, seconds: float) -> None:
        """Export the remaining spans, within ``seconds`` even if the collector is down."""
        ending = threading.Thread(target=self._provider.shutdown, name="last-spans", daemon=True)
        ending.start()
        ending.join(seconds)


def provider_of(settings: BaseServiceSettings, service_name: str) -> TracerProvider:
    """Return what creates and exports spans.

    The SDK itself reads the ``OTEL_*`` variables.
    """
    provider = TracerProvider(resource=resource_of(service_name), shutdown_on_exit=False)
    session = requests.Session()
    attach(session, OutgoingAdapter(settings.outgoing))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(session=session)))
    return provider


def resource_of(service_name: str) -> Resource:
    """Describe this process; ``OTEL_SERVICE_NAME`` and ``OTEL_RESOURCE_ATTRIBUTES`` override."""
    return Resource.create({"service.name": service_name}).merge(OTELResourceDetector().detect())
