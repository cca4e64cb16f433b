"""The mapping to Razorpay's invoice, rule by rule."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from invoice_providers.razorpay.payload import MAX_LINES, MAX_NAME, build_body, build_draft
from invoice_shared.errors import Rejected
from invoice_shared.invoice import FormattedInvoice
from tests.builders import INVOICE_ID, formatted_invoice, line_item


def invoice(**changes: Any) -> FormattedInvoice:
    ours = {
        "destination": "razorpay",
        "external_customer_id": "cust_AAAAAAAAAAAAAA",
        "currency": "INR",
    }
    return formatted_invoice(**ours | changes)


def test_an_invoice_carries_customer_receipt_date_and_whole_lines_and_messages_nobody() -> None:
    assert build_body(invoice()) == {
        "type": "invoice",
        "customer_id": "cust_AAAAAAAAAAAAAA",
        "receipt": INVOICE_ID,
        "currency": "INR",
        "date": 1772323200,
        "description": f"Metronome invoice {INVOICE_ID}, 2026-02-01 to 2026-02-28, due 2026-03-31",
        "sms_notify": False,
        "email_notify": False,
        "line_items": [
            {
                "name": "API calls",
                "amount": 10000,
                "currency": "INR",
                "quantity": 1,
                "description": "1000 x 0.1",
            }
        ],
    }


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        pytest.param(
            {"issue_date": date(1970, 1, 2)}, "date", 86400, id="the date is midnight UTC"
        ),
        pytest.param(
            {"start_date": None, "end_date": None, "due_date": None},
            "description",
            f"Metronome invoice {INVOICE_ID}",
            id="no period and no due date, none named",
        ),
        pytest.param(
            {"extra_fields": {"description": "Ours"}},
            "description",
            "Ours",
            id="a custom description",
        ),
        pytest.param(
            {"extra_fields": {"terms": "t" * 3000}},
            "terms",
            "t" * 2047 + "…",
            id="a long text is cut",
        ),
        pytest.param({"extra_fields": {"comment": "c"}}, "comment", "c", id="a comment"),
        pytest.param(
            {"extra_fields": {"sms_notify": "true"}},
            "sms_notify",
            True,
            id="a requested message",
        ),
        pytest.param(
            {"extra_fields": {"email_notify": "1"}},
            "email_notify",
            True,
            id="a requested mail",
        ),
        pytest.param(
            {"extra_fields": {"email_notify": "false"}},
            "email_notify",
            False,
            id="a mail switched off",
        ),
        pytest.param(
            {"extra_fields": {"partial_payment": "True"}},
            "partial_payment",
            True,
            id="partial payment",
        ),
        pytest.param(
            {"extra_fields": {"po_number": "7", "region": "r" * 300}},
            "notes",
            {"po_number": "7", "region": "r" * 255 + "…"},
            id="every other field is a note, cut visibly",
        ),
        pytest.param({}, "notes", None, id="no notes unless requested"),
    ],
)
def test_header_fields(changes: dict[str, Any], field: str, value: Any) -> None:
    assert build_body(invoice(**changes)).get(field) == value


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"quantity": "2.5", "unit_price": "3.33", "amount": "8.33"},
            {"amount": 833, "description": "2.5 x 3.33"},
            id="fractions are in the description",
        ),
        pytest.param(
            {"quantity": None, "amount": "5.00"},
            {"amount": 500},
            id="without figures no description",
        ),
        pytest.param(
            {"amount": "1.00", "quantity": None}, {"amount": 100}, id="one rupee is the minimum"
        ),
        pytest.param(
            {"name": "API\u200b calls\n", "quantity": None, "amount": "1"},
            {"amount": 100},
            id="invisible characters are not sent",
        ),
        pytest.param(
            {"name": "n" * 600, "quantity": None, "amount": "1"},
            {"name": "n" * (MAX_NAME - 1) + "…", "amount": 100, "description": "n" * 600},
            id="a long name is complete in the description",
        ),
    ],
)
def test_line_fields(changes: dict[str, Any], expected: dict[str, Any]) -> None:
    (sent,) = build_body(invoice(line_items=(line_item(**changes),)))["line_items"]

    assert sent == {"name": "API calls", "currency": "INR", "quantity": 1} | expected


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        pytest.param(
            {"document_type": "credit_memo"}, "negative-amount", "100.00 INR", id="a credit memo"
        ),
        pytest.param(
            {"line_items": (line_item(amount="120"), line_item(name="Credit", amount="-20"))},
            "negative-amount",
            '"Credit" is -20 INR',
            id="a negative line",
        ),
        pytest.param(
            {"line_items": (line_item(),) * (MAX_LINES + 1)},
            "too-many-lines",
            "LINE_GROUPING=by_item",
            id="more than fifty lines",
        ),
        pytest.param({"total": Decimal(0)}, "below-minimum", "0 INR", id="nothing to pay"),
        pytest.param(
            {"total": Decimal("0.99")}, "below-minimum", "1.00 INR", id="less than a rupee"
        ),
        pytest.param(
            {"line_items": (line_item(amount="99.01"), line_item(name="Calls", amount="0.99"))},
            "below-minimum",
            '"Calls" is 0.99 INR',
            id="a line of less than a rupee",
        ),
        pytest.param(
            {"line_items": (line_item(), line_item(amount="0"), line_item(amount="0.00"))},
            "below-minimum",
            "and 1 more are below it",
            id="lines of zero",
        ),
        pytest.param(
            {"total": Decimal(0), "currency": "USD"},
            "below-minimum",
            "0 USD",
            id="nothing in dollars",
        ),
        pytest.param(
            {"line_items": (line_item(amount="1.234"),), "currency": "BHD"},
            "provider-rejected",
            "BHD",
            id="a third decimal that is not 0",
        ),
        pytest.param(
            {"extra_fields": {f"note{number}": "x" for number in range(16)}},
            "provider-rejected",
            "16 notes",
            id="more notes than allowed",
        ),
        pytest.param(
            {"extra_fields": {"sms_notify": "maybe"}},
            "provider-rejected",
            "sms_notify",
            id="a switch that is neither on nor off",
        ),
        pytest.param(
            {"line_items": (line_item(extra_fields={"class": "1"}),)},
            "provider-rejected",
            "line.class",
            id="a field of a line",
        ),
    ],
)
def test_an_invoice_that_must_not_be_sent_is_rejected(
    changes: dict[str, Any], code: str, said: str
) -> None:
    with pytest.raises(Rejected) as refused:
        build_body(invoice(**changes))

    assert (refused.value.code, refused.value.response) == (code, None)
    assert said in refused.value.reason


def test_one_rupee_and_fifty_lines_are_accepted() -> None:
    assert build_body(invoice(total=Decimal("1.00"), line_items=(line_item(amount="1"),)))
    assert (
        len(build_body(invoice(line_items=(line_item(),) * MAX_LINES))["line_items"]) == MAX_LINES
    )


def test_a_line_that_costs_nothing_stays_in_dollars() -> None:
    lines = (line_item(), line_item(amount="0.00"))

    assert [
        line["amount"]
        for line in build_body(invoice(currency="USD", line_items=lines))["line_items"]
    ] == [
        10000,
        0,
    ]


@pytest.mark.parametrize(
    ("extra_fields", "notes"),
    [
        pytest.param(
            {"description": "Ours"},
            {"metronome_invoice_id": INVOICE_ID},
            id="a custom description",
        ),
        pytest.param(
            {"description": "Ours", "po": "7"},
            {"metronome_invoice_id": INVOICE_ID, "po": "7"},
            id="with a note",
        ),
        pytest.param(
            {"description": "Ours"} | {f"note{number}": "x" for number in range(15)},
            {f"note{number}": "x" for number in range(15)},
            id="unless all notes are used",
        ),
    ],
)
def test_a_replaced_description_moves_our_id_to_a_note(
    extra_fields: dict[str, str], notes: dict[str, str]
) -> None:
    assert build_body(invoice(extra_fields=extra_fields))["notes"] == notes


def test_a_draft_is_requested_by_a_text() -> None:
    assert build_draft(invoice()) == build_body(invoice()) | {"draft": "1"}
