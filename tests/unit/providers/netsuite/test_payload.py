"""The mapping to NetSuite's record, rule by rule."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from invoice_providers.netsuite.extra_fields import MAX_DESCRIPTION
from invoice_providers.netsuite.payload import MAX_LINES, Options, build_body, record_type
from invoice_shared import serde
from invoice_shared.errors import Rejected
from tests.builders import INVOICE_ID, formatted_invoice, line_item

OTHER_ID = "0b0a59c1-1111-4c52-9a5e-0f6c1d2e3a4b"


def test_an_invoice_carries_id_customer_dates_memo_and_lines() -> None:
    body = build_body(formatted_invoice(), Options())

    assert body == {
        "externalId": INVOICE_ID,
        "entity": {"id": "1042"},
        "tranDate": "2026-03-01",
        "dueDate": "2026-03-31",
        "startDate": "2026-02-01",
        "endDate": "2026-02-28",
        "memo": f"Metronome invoice {INVOICE_ID}",
        "item": {
            "items": [
                {
                    "item": {"id": "501"},
                    "description": "API calls",
                    "price": {"id": "-1"},
                    "quantity": Decimal(1000),
                    "rate": Decimal("0.1"),
                    "amount": Decimal("100.00"),
                }
            ]
        },
    }


def test_a_credit_memo_is_its_own_record_without_due_date_period_form_and_terms() -> None:
    memo = formatted_invoice(document_type="credit_memo", extra_fields={"terms": "4", "class": "7"})

    body = build_body(memo, Options(custom_form={"id": "99"}))

    assert record_type(memo.document_type) == "creditMemo"
    assert {"dueDate", "startDate", "endDate", "customForm", "terms"}.isdisjoint(body)
    assert body["class"] == {"id": "7"}


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        pytest.param({"due_date": None}, "dueDate", None, id="no due date, none sent"),
        pytest.param(
            {"start_date": None, "end_date": None},
            "startDate",
            None,
            id="no service period, none sent",
        ),
        pytest.param(
            {"issue_date": date(2026, 1, 2)},
            "tranDate",
            "2026-01-02",
            id="the document's date is the issue date",
        ),
        pytest.param(
            {"regenerated_from_invoice_id": OTHER_ID},
            "memo",
            f"Metronome invoice {INVOICE_ID}, replaces {OTHER_ID}",
            id="a regenerated invoice names the one that it replaces",
        ),
        pytest.param(
            {"corrected_invoice_id": OTHER_ID},
            "memo",
            f"Metronome invoice {INVOICE_ID}, corrects {OTHER_ID}",
            id="a correction names what it corrects",
        ),
        pytest.param(
            {"extra_fields": {"memo": "ours"}},
            "memo",
            "ours",
            id="an extra field may replace the memo",
        ),
        pytest.param(
            {"extra_fields": {"memo": "x" * 1000}},
            "memo",
            "x" * 998 + "…",
            id="a long memo is cut visibly",
        ),
        pytest.param(
            {"extra_fields": {"otherRefNum": "PO-" + "7" * 60}},
            "otherRefNum",
            "PO-" + "7" * 41 + "…",
            id="a long order number is cut visibly",
        ),
        pytest.param(
            {"extra_fields": {"subsidiary": "3"}},
            "subsidiary",
            {"id": "3"},
            id="a subsidiary is a reference",
        ),
        pytest.param(
            {"extra_fields": {"terms": "4"}}, "terms", {"id": "4"}, id="terms are a reference"
        ),
        pytest.param(
            {"extra_fields": {"department": "5"}},
            "department",
            {"id": "5"},
            id="a department is a reference",
        ),
        pytest.param(
            {"extra_fields": {"class": "6"}}, "class", {"id": "6"}, id="a class is a reference"
        ),
        pytest.param(
            {"extra_fields": {"location": "7"}},
            "location",
            {"id": "7"},
            id="a location is a reference",
        ),
        pytest.param(
            {"extra_fields": {"custbody_x": "y"}}, "custbody_x", "y", id="a custom field is text"
        ),
    ],
)
def test_header_fields(changes: dict[str, Any], field: str, value: Any) -> None:
    body = build_body(formatted_invoice(**changes), Options())

    assert body.get(field) == value


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"quantity": "3", "unit_price": "0.333333333", "amount": "1.00"},
            {"quantity": Decimal(3), "amount": Decimal("1.00")},
            id="a rate that does not multiply out is left out",
        ),
        pytest.param(
            {"quantity": "1000000000", "unit_price": "0.000000001", "amount": "1.00"},
            {"quantity": Decimal(1_000_000_000), "amount": Decimal("1.00")},
            id="a rate finer than NetSuite's eight decimals is left out",
        ),
        pytest.param(
            {
                "quantity": "1234567890.123456789012345",
                "unit_price": "0.00000001",
                "amount": "12.35",
            },
            {"quantity": Decimal("1234567890.123456789012345"), "amount": Decimal("12.35")},
            id="exact means exact, to the fifteenth decimal",
        ),
        pytest.param(
            {"quantity": "1E+3", "unit_price": "0.10", "amount": "100"},
            {"quantity": Decimal(1000), "rate": Decimal("0.10"), "amount": Decimal(100)},
            id="an exponent is written out",
        ),
        pytest.param(
            {"quantity": None, "unit_price": None, "amount": "-40.00"},
            {"amount": Decimal("-40.00")},
            id="an applied commit has an amount only",
        ),
        pytest.param(
            {"quantity": "0", "unit_price": "5", "amount": "0.00"},
            {"amount": Decimal("0.00")},
            id="a zero quantity is not sent",
        ),
        pytest.param(
            {"quantity": "2", "unit_price": None, "amount": "5.00"},
            {"quantity": Decimal(2), "amount": Decimal("5.00")},
            id="without a price the quantity stands alone",
        ),
    ],
)
def test_quantity_and_rate_are_for_information_and_the_amount_decides(
    changes: dict[str, Any], expected: dict[str, Any]
) -> None:
    line = line_item(**changes)

    (sent,) = build_body(formatted_invoice(line_items=(line,)), Options())["item"]["items"]

    others = ("item", "description", "price")
    assert {name: value for name, value in sent.items() if name not in others} == expected
    assert sent["price"] == {"id": "-1"}


@pytest.mark.parametrize(
    ("quantity", "is_sent"),
    [
        pytest.param("9999999999.999999999999999", True, id="fifteen decimals, below ten digits"),
        pytest.param("10000000000", False, id="ten billion"),
        pytest.param("-10000000000", False, id="minus ten billion"),
        pytest.param("0.1234567890123456", False, id="sixteen decimals"),
        pytest.param("0.12345678901234500", True, id="zeros do not count"),
    ],
)
def test_a_quantity_that_netsuite_does_not_accept_is_in_the_description(
    quantity: str, is_sent: bool
) -> None:
    line = line_item(quantity=quantity, unit_price="0.01", amount="100.00")

    (sent,) = build_body(formatted_invoice(line_items=(line,)), Options())["item"]["items"]

    assert ("quantity" in sent) is is_sent
    assert sent["description"] == ("API calls" if is_sent else f"API calls ({quantity} x 0.01)")


def test_a_line_has_its_own_extra_fields_and_a_description_within_netsuites_limit() -> None:
    line = line_item(name="n" * 5000, extra_fields={"class": "6", "custcol_region": "eu"})

    (sent,) = build_body(formatted_invoice(line_items=(line,)), Options())["item"]["items"]

    assert sent["description"] == "n" * (MAX_DESCRIPTION - 1) + "…"
    assert (sent["class"], sent["custcol_region"]) == ({"id": "6"}, "eu")


def test_the_configured_currency_is_sent_by_its_internal_id() -> None:
    body = build_body(formatted_invoice(currency="EUR"), Options({"USD": "1", "EUR": "4"}))

    assert body["currency"] == {"id": "4"}


def test_the_form_is_sent_by_id_and_name() -> None:
    body = build_body(formatted_invoice(), Options(custom_form={"id": "99", "refName": "Ours"}))

    assert body["customForm"] == {"id": "99", "refName": "Ours"}


@pytest.mark.parametrize(
    ("changes", "options", "code"),
    [
        pytest.param(
            {"currency": "EUR"},
            Options(),
            "unsupported-currency",
            id="without ids only USD is accepted",
        ),
        pytest.param(
            {"currency": "EUR"},
            Options({"USD": "1"}),
            "unsupported-currency",
            id="a currency without an id",
        ),
        pytest.param(
            {"line_items": (line_item(),) * (MAX_LINES + 1)},
            Options(),
            "too-many-lines",
            id="more lines than allowed",
        ),
        pytest.param(
            {"extra_fields": {"externalId": "x"}},
            Options(),
            "provider-rejected",
            id="the external id is not overridden",
        ),
        pytest.param(
            {"line_items": (line_item(extra_fields={"amount": "1"}),)},
            Options(),
            "provider-rejected",
            id="an amount is not overridden",
        ),
    ],
)
def test_an_invoice_that_must_not_be_sent_is_rejected(
    changes: dict[str, Any], options: Options, code: str
) -> None:
    with pytest.raises(Rejected) as refused:
        build_body(formatted_invoice(**changes), options)

    assert refused.value.code == code
    assert refused.value.response is None


def test_the_same_invoice_gives_the_same_bytes_with_amounts_digit_for_digit() -> None:
    line = line_item(
        quantity="0.10", unit_price="12345678901234567.80", amount="1234567890123456.78"
    )
    invoice = formatted_invoice(
        line_items=(line,), extra_fields={"custbody_b": "2", "custbody_a": "1"}
    )
    again = serde.from_bytes(type(invoice), serde.to_bytes(invoice))

    first, second = (serde.dumps(build_body(document, Options())) for document in (invoice, again))

    assert first == second
    assert b'"amount":1234567890123456.78' in first
