import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import format_span_id, format_trace_id

from invoice_shared.spans import Spans, resource_of

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


def test_a_process_has_its_own_name_unless_the_environment_sets_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert resource_of("invoice-webhook").attributes["service.name"] == "invoice-webhook"

    monkeypatch.setenv("OTEL_SERVICE_NAME", "ours")

    assert resource_of("invoice-webhook").attributes["service.name"] == "ours"


def test_a_step_is_exported_as_a_span_of_the_trace_that_it_continues() -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    spans = Spans(provider)

    with spans.step("create netsuite", PARENT):
        inside = spans.current()
    spans.close(10)

    (span,) = exporter.get_finished_spans()
    context = span.get_span_context()
    assert (span.name, spans.current()) == ("create netsuite", None)
    assert context is not None
    assert format_trace_id(context.trace_id) == TRACE
    assert inside == f"00-{TRACE}-{format_span_id(context.span_id)}-01"
