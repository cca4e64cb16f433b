"""Traces on their way out: OpenTelemetry's own export, to an OTLP endpoint only."""

import threading

import requests
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from invoice_shared.outgoing.adapter import OutgoingAdapter, attach
from invoice_shared.settings import BaseServiceSettings

GRACE_SHARE = 0.05
"""Of the grace period, for the last spans."""


def configure(settings: BaseServiceSettings, service_name: str) -> None:
    """Set up tracing for this process. ``OTEL_*`` variables are read by the SDK itself.

    With an endpoint it starts a thread: who awaits signals in one of his own blocks them first.
    """
    trace.set_tracer_provider(provider_of(settings, service_name))


def provider_of(settings: BaseServiceSettings, service_name: str) -> TracerProvider:
    """Return what makes spans, and sends them away if there is an endpoint."""
    provider = TracerProvider(resource=resource_of(service_name), shutdown_on_exit=False)
    if settings.otel_exporter_otlp_endpoint or settings.otel_exporter_otlp_traces_endpoint:
        session = requests.Session()
        attach(session, OutgoingAdapter(settings.outgoing))
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(session=session)))
    return provider


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
