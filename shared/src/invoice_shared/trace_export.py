"""Export traces to an OTLP endpoint, if set. Without one there are only trace ids."""

from invoice_shared import tracing
from invoice_shared.settings import BaseServiceSettings

# The share of the grace period for exporting the last spans.
GRACE_SHARE = 0.05


def configure(settings: BaseServiceSettings, service_name: str) -> None:
    """Set up tracing for this process.

    With an endpoint it starts a thread, so block signals before (see ``shutdown``).
    """
    if settings.otel_exporter_otlp_endpoint or settings.otel_exporter_otlp_traces_endpoint:
        from invoice_shared.spans import Spans, provider_of  # noqa: PLC0415 - 20 MiB that few need

        tracing.use(Spans(provider_of(settings, service_name)))


def close(grace_seconds: float) -> None:
    """Export the remaining spans, within a share of the grace period."""
    tracing.in_use().close(grace_seconds * GRACE_SHARE)
