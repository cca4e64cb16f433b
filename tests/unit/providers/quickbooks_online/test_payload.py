"""The mapping to QuickBooks' transaction, rule by rule."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from invoice_providers.quickbooks_online.payload import DETAIL, MAX_LINES, build_body
from invoice_shared import serde
from invoice_shared.errors import Rejected
from tests.builders import INVOICE_ID, formatted_invoice, line_item


def test_an_invoice_carries_number_customer_currency_dates_note_and_lines() -> None:
    assert build_body(formatted_invoice()) == {
        "DocNumber": "5b8d9c3e3b1f4c529a5e0",
        "CustomerRef": {"value": "1042"},
        "CurrencyRef": {"value": "USD"},
        "TxnDate": "2026-03-01",
        "DueDate": "2026-03-31",
        "PrivateNote": f"Metronome invoice {INVOICE_ID}",
        "Line": [
            {
                "DetailType": DETAIL,
                "Amount": Decimal("100.00"),
                "Description": "API calls",
                DETAIL: {
                    "ItemRef": {"value": "501"},
                    "Qty": Decimal(1000),
                    "UnitPrice": Decimal("0.1"),
                },
            }
        ],
    }


def test_a_credit_memo_has_no_due_date() -> None:
    memo = formatted_invoice(
        document_type="credit_memo", extra_fields={"SalesTermRef": "3", "ClassRef": "7"}
    )

    body = build_body(memo)

    assert {"DueDate", "SalesTermRef"}.isdisjoint(body)
    assert body["ClassRef"] == {"value": "7"}


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        pytest.param({"due_date": None}, "DueDate", None, id="no due date, none sent"),
        pytest.param(
            {"currency": "EUR"}, "CurrencyRef", {"value": "EUR"}, id="the invoice's currency"
        ),
        pytest.param(
            {"extra_fields": {"CustomerMemo": "Hi"}},
            "CustomerMemo",
            {"value": "Hi"},
            id="a customer memo",
        ),
        pytest.param(
            {"extra_fields": {"memo": "Hi"}},
            "CustomerMemo",
            {"value": "Hi"},
            id="by NetSuite's name",
        ),
        pytest.param(
            {"extra_fields": {"CustomerMemo": "m" * 2000}},
            "CustomerMemo",
            {"value": "m" * 999 + "…"},
            id="a long memo is cut visibly",
        ),
        pytest.param(
            {"extra_fields": {"PrivateNote": "PO 7"}},
            "PrivateNote",
            f"Metronome invoice {INVOICE_ID}\nPO 7",
            id="a private note is added to ours",
        ),
        pytest.param({"extra_fields": {"ClassRef": "1"}}, "ClassRef", {"value": "1"}, id="a class"),
        pytest.param(
            {"extra_fields": {"DepartmentRef": "2"}},
            "DepartmentRef",
            {"value": "2"},
            id="a location",
        ),
        pytest.param(
            {"extra_fields": {"SalesTermRef": "3"}}, "SalesTermRef", {"value": "3"}, id="terms"
        ),
    ],
)
def test_header_fields(changes: dict[str, Any], field: str, value: Any) -> None:
    assert build_body(formatted_invoice(**changes)).get(field) == value


@pytest.mark.parametrize(
    ("changes", "quantity", "price", "description"),
    [
        pytest.param(
            {}, "1000", "0.1", "API calls", id="figures that multiply out are sent as they are"
        ),
        pytest.param(
            {"quantity": "3", "unit_price": "0.333333333", "amount": "1.00"},
            "1",
            "1.00",
            "API calls (3 x 0.333333333)",
            id="others are in the description",
        ),
        pytest.param(
            {"quantity": "100000000", "unit_price": "0.00000001", "amount": "1.00"},
            "1",
            "1.00",
            "API calls (100000000 x 0.00000001)",
            id="a price finer than QuickBooks shows",
        ),
        pytest.param(
            {"quantity": "1.005", "unit_price": "1", "amount": "1.01"},
            "1",
            "1.01",
            "API calls (1.005 x 1)",
            id="rounding half up is not left to QuickBooks",
        ),
        pytest.param(
            {"quantity": None, "unit_price": None, "amount": "-40.00"},
            "1",
            "-40.00",
            "API calls",
            id="an applied commit is a quantity of one at its amount",
        ),
        pytest.param(
            {"quantity": "5", "unit_price": None, "amount": "10.00"},
            "1",
            "10.00",
            "API calls",
            id="without a price the item's own must not be used",
        ),
        pytest.param(
            {"quantity": "1", "unit_price": "10", "amount": "10.00"},
            "1",
            "10",
            "API calls",
            id="a quantity of one",
        ),
        pytest.param(
            {"quantity": "0", "unit_price": "5", "amount": "0.00"},
            "0",
            "5",
            "API calls",
            id="a quantity of zero",
        ),
    ],
)
def test_quantity_times_price_is_always_the_amount(
    changes: dict[str, Any], quantity: str, price: str, description: str
) -> None:
    line = line_item(**changes)

    (sent,) = build_body(formatted_invoice(line_items=(line,)))["Line"]

    assert (sent[DETAIL]["Qty"], sent[DETAIL]["UnitPrice"]) == (Decimal(quantity), Decimal(price))
    assert sent[DETAIL]["Qty"] * sent[DETAIL]["UnitPrice"] == sent["Amount"] == line.amount
    assert sent["Description"] == description


def test_a_line_has_its_own_extra_fields_and_a_description_within_quickbooks_limit() -> None:
    fields = {"ClassRef": "6", "TaxCodeRef": "NON", "ServiceDate": "2026-02-01T00:00:00+00:00"}
    line = line_item(name="n" * 5000, unit_price="0.3", extra_fields=fields)

    (sent,) = build_body(formatted_invoice(line_items=(line,)))["Line"]

    assert sent["Description"].endswith("n… (1000 x 0.3)")
    assert len(sent["Description"]) == 4000
    assert sent[DETAIL] | {"ClassRef": {"value": "6"}, "ServiceDate": "2026-02-01"} == sent[DETAIL]
    assert sent[DETAIL]["TaxCodeRef"] == {"value": "NON"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"extra_fields": {"Custommemo": "x"}}, "Custommemo", id="a misspelt field"),
        pytest.param({"extra_fields": {"DocNumber": "x"}}, "DocNumber", id="a field that is ours"),
        pytest.param(
            {"line_items": (line_item(extra_fields={"Qty": "1"}),)},
            "line.Qty",
            id="a line's field of ours",
        ),
        pytest.param(
            {"line_items": (line_item(extra_fields={"ServiceDate": "soon"}),)},
            "ServiceDate",
            id="an invalid date",
        ),
    ],
)
def test_extra_fields_that_cannot_be_sent_are_rejected(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(Rejected) as refused:
        build_body(formatted_invoice(**changes))

    assert (refused.value.code, refused.value.response) == ("provider-rejected", None)
    assert said in refused.value.reason


def test_the_same_invoice_gives_the_same_bytes_with_amounts_digit_for_digit() -> None:
    line = line_item(
        quantity="0.10", unit_price="12345678901234567.80", amount="1234567890123456.78"
    )
    invoice = formatted_invoice(
        line_items=(line,), extra_fields={"SalesTermRef": "2", "ClassRef": "1"}
    )
    again = serde.from_bytes(type(invoice), serde.to_bytes(invoice))

    first, second = (serde.dumps(build_body(document)) for document in (invoice, again))

    assert first == second
    assert b'"Amount":1234567890123456.78' in first


def test_a_lines_service_date_is_the_start_of_its_period_unless_a_template_sets_it() -> None:
    period: dict[str, Any] = {"start_date": date(2026, 2, 1), "end_date": date(2026, 2, 28)}
    lines = (
        line_item(**period),
        line_item(**period, extra_fields={"ServiceDate": "2026-02-28"}),
        line_item(),
    )

    details = [
        line[DETAIL]
        for line in build_body(formatted_invoice(line_items=lines, total="300"))["Line"]
    ]

    assert [detail.get("ServiceDate") for detail in details] == ["2026-02-01", "2026-02-28", None]


@pytest.mark.parametrize("asked", ["TaxExcluded", "TaxInclusive", "NotApplicable"])
def test_how_tax_is_calculated_can_be_set_outside_the_us(asked: str) -> None:
    body = build_body(formatted_invoice(extra_fields={"GlobalTaxCalculation": asked}))

    assert body["GlobalTaxCalculation"] == asked


def test_an_unknown_tax_calculation_is_refused_before_it_is_sent() -> None:
    with pytest.raises(Rejected, match="accepts TaxExcluded, TaxInclusive, NotApplicable"):
        build_body(formatted_invoice(extra_fields={"GlobalTaxCalculation": "Included"}))


def test_references_are_ids_without_invisible_characters() -> None:
    line = line_item(extra_fields={"TaxCodeRef": "\u200bTAX"})

    body = build_body(formatted_invoice(line_items=(line,), extra_fields={"ClassRef": "7\ufeff"}))

    assert body["ClassRef"] == {"value": "7"}
    assert body["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"] == {"value": "TAX"}


def test_more_lines_than_a_transaction_can_have_are_not_sent() -> None:
    with pytest.raises(Rejected, match="LINE_GROUPING=by_item") as refused:
        build_body(formatted_invoice(line_items=(line_item(),) * (MAX_LINES + 1)))

    assert refused.value.code == "too-many-lines"
