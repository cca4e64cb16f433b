from datetime import date
from decimal import Decimal

import pytest

from invoice_formatter.settings import FormatterSettings
from invoice_shared.settings import InvalidSettings, read

REQUIRED = {
    "METRONOME_API_KEY": "key",
    "METRONOME_BILLING_PROVIDER_CUSTOMER_ID": "netsuite_customer_id",
    "METRONOME_BILLING_PROVIDER_DESTINATION": "billing_destination",
    "METRONOME_BILLING_PROVIDER_ITEM_ID": "netsuite_item_id",
}


@pytest.fixture(autouse=True)
def _required(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)


def test_the_defaults_are_those_of_the_contract() -> None:
    settings = read(FormatterSettings)

    assert settings.metronome_invoices_types == ("USAGE", "SCHEDULED")
    assert settings.line_item_name_separator == " / "
    assert (settings.zero_total_invoices, settings.zero_amount_lines) == ("send", "drop")
    assert (settings.document_date, settings.line_grouping) == ("issued", "none")
    assert settings.totals_tolerance == Decimal("0.5")
    assert (settings.item_id_by_line_type, settings.extra_fields) == ({}, {})
    assert (settings.formatter_concurrency, settings.group) == (16, "invoice-formatter")
    assert (settings.bill_from, settings.hierarchy_billed_to) == (None, None)
    assert (settings.retry_patience_seconds, settings.liveness_stall_seconds) == (900, 1800)


def test_rules_are_read_from_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRONOME_INVOICES_TYPES", '["USAGE_CONSOLIDATED"]')
    monkeypatch.setenv("ITEM_ID_BY_LINE_TYPE", '{"usage": "7"}')
    monkeypatch.setenv("EXTRA_FIELDS", '{"memo": "{id}"}')
    monkeypatch.setenv("BILL_FROM", " 2026-11-01 ")
    monkeypatch.setenv("KAFKA_CONSUMER_GROUP", "other")

    settings = read(FormatterSettings)

    assert settings.metronome_invoices_types == ("USAGE_CONSOLIDATED",)
    assert settings.item_id_by_line_type == {"usage": "7"}
    assert settings.extra_fields == {"memo": "{id}"}
    assert settings.bill_from == date(2026, 11, 1)
    assert settings.group == "other"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("METRONOME_INVOICES_TYPES", "[]", id="no type at all"),
        pytest.param("ITEM_ID_BY_LINE_TYPE", "[]", id="a list instead of an object"),
        pytest.param("EXTRA_FIELDS", '{"memo": "{open"}', id="a malformed template"),
        pytest.param(
            "EXTRA_FIELDS", '{"memo": "{line.name}"}', id="a line's path for a document's field"
        ),
        pytest.param("TOTALS_TOLERANCE", "-1", id="a negative tolerance"),
        pytest.param("TOTALS_TOLERANCE", "NaN", id="a tolerance that is not a number"),
        pytest.param("FORMATTER_CONCURRENCY", "0", id="no request at all"),
        pytest.param("RETRY_PATIENCE_SECONDS", "1800", id="a patience that a restart cuts off"),
        pytest.param("LINE_GROUPING", "by_product", id="an unknown grouping"),
        pytest.param("HIERARCHY_BILLED_TO", "parent", id="a customer other than the two choices"),
        pytest.param("BILL_FROM", "01.11.2026", id="another date format"),
        pytest.param("BILL_FROM", "1793491200", id="a number of seconds"),
        pytest.param("BILL_FROM", "2026-11-31", id="a day that does not exist"),
    ],
)
def test_a_malformed_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(InvalidSettings) as invalid:
        read(FormatterSettings)

    assert len(invalid.value.problems) == 1
    assert invalid.value.problems[0].startswith(f"{name}: ")


def test_blanks_are_part_of_the_separator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINE_ITEM_NAME_SEPARATOR", " - \n")

    assert read(FormatterSettings).line_item_name_separator == " - "
