import pytest

from invoice_shared.trace_export import resource_of


def test_a_process_is_called_by_its_name_unless_the_environment_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resource_of("invoice-webhook").attributes["service.name"] == "invoice-webhook"

    monkeypatch.setenv("OTEL_SERVICE_NAME", "ours")

    assert resource_of("invoice-webhook").attributes["service.name"] == "ours"
