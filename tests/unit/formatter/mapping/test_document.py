from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_formatter.mapping.document import Mapped, Origin, map_invoice
from invoice_formatter.mapping.skip import Skip
from invoice_shared import serde
from invoice_shared.errors import Rejected
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.serde import to_tree
from tests.builders import CUSTOMER_ID, INVOICE_ID
from tests.unit.formatter.builders import EUR, TOKENS, application, invoice, line, mapped, rules


def test_a_usage_invoice_becomes_a_document_field_by_field() -> None:
    finalized_at = datetime(2026, 3, 2, 10, tzinfo=UTC)
    received_at = datetime(2026, 3, 2, 11, tzinfo=UTC)
    origin = Origin(finalized_at, received_at, source="reconcile")

    result = map_invoice(
        invoice(contract_id="contract-1", net_payment_terms_days=30), rules(), origin=origin
    )

    assert isinstance(result, Mapped)
    assert to_tree(result.document) == {
        "schema_version": 1,
        "document_type": "invoice",
        "invoice_id": INVOICE_ID,
        "metronome_customer_id": CUSTOMER_ID,
        "external_customer_id": "1042",
        "destination": "netsuite",
        "invoice_type": "USAGE",
        "currency": "USD",
        "total": "100.00",
        "start_date": "2026-02-01",
        "end_date": "2026-02-28",
        "issue_date": "2026-03-02",
        "due_date": "2026-04-01",
        "line_items": (
            {
                "name": "API calls",
                "quantity": "1000",
                "unit_price": "0.10",
                "amount": "100.00",
                "external_item_id": "501",
                "product_id": "prod-api",
                "line_type": "usage",
                "start_date": "2026-02-01",
                "end_date": "2026-02-28",
                "extra_fields": {},
            },
        ),
        "informational_lines": (),
        "extra_fields": {},
        "contract_id": "contract-1",
        "corrected_invoice_id": None,
        "regenerated_from_invoice_id": None,
        "known_document_id": None,
        "source": "reconcile",
        "finalized_at": "2026-03-02T10:00:00Z",
        "received_at": "2026-03-02T11:00:00Z",
    }


def test_euros_are_whole_units() -> None:
    document = mapped(line("10.5", credit_type=EUR, unit_price="0.01"), credit_type=EUR)

    assert (document.currency, str(document.total)) == ("EUR", "10.50")
    assert str(document.line_items[0].unit_price) == "0.01"


def test_a_line_outside_of_the_total_is_shown_but_not_billed() -> None:
    lines = [
        line(5, name="Tokens", credit_type=TOKENS),
        line(700, name="Conversion", type="cpu_conversion"),
        application(-300, "POSTPAID"),
        line(0, name="Idle", quantity=0),
    ]

    document = mapped(*lines, total=Decimal(700))

    assert [one.name for one in document.line_items] == ["Conversion"]
    assert [
        (one.name, one.unit, str(one.amount), one.reason) for one in document.informational_lines
    ] == [
        ("Tokens", "Tokens", "5", "pricing-unit"),
        ("Commit", "USD (cents)", "-300", "postpaid-commit"),
        ("Idle", "USD (cents)", "0", "zero-amount"),
    ]


def test_a_dropped_line_needs_no_item() -> None:
    document = mapped(line(), line(0, quantity=0, product_custom_fields={}))

    assert len(document.line_items) == 1


def test_an_applied_commit_reduces_the_total() -> None:
    document = mapped(line(10_000), application(-4_000))

    assert [str(one.amount) for one in document.line_items] == ["100.00", "-40.00"]
    assert str(document.total) == "60.00"


def test_a_legacy_adjustment_is_a_line_of_its_own_type() -> None:
    adjustment = {"name": "Grant", "total": -500, "credit_type": invoice().tree["credit_type"]}

    document = mapped(
        invoice_adjustments=[adjustment],
        total=9_500,
        by=rules(item_id_by_line_type={"invoice_adjustment": "77"}),
    )

    assert [(one.external_item_id, str(one.amount)) for one in document.line_items] == [
        ("501", "100.00"),
        ("77", "-5.00"),
    ]


@pytest.mark.parametrize(
    ("changes", "quantity", "unit_price"),
    [
        pytest.param(
            {"quantity": 10, "unit_price": -500}, "10", "5.00", id="a negative price is flipped"
        ),
        pytest.param(
            {"quantity": -10, "unit_price": 500},
            "10",
            "5.00",
            id="otherwise a negative quantity is flipped",
        ),
        pytest.param({"quantity": None, "unit_price": None}, "None", "None", id="neither is given"),
    ],
)
def test_a_negative_total_is_a_credit_memo_with_signs_flipped(
    changes: dict[str, Any], quantity: str, unit_price: str
) -> None:
    document = mapped(line(-5_000, **changes), line(1_000, name="Fee"))

    assert (document.document_type, str(document.total)) == ("credit_memo", "40.00")
    assert [str(one.amount) for one in document.line_items] == ["50.00", "-10.00"]
    assert (str(document.line_items[0].quantity), str(document.line_items[0].unit_price)) == (
        quantity,
        unit_price,
    )


def test_a_total_that_rounds_to_zero_counts_as_zero() -> None:
    document = mapped(line("-0.3"))

    assert (document.document_type, str(document.total), str(document.line_items[0].amount)) == (
        "invoice",
        "0.00",
        "0.00",
    )


def test_corrections_and_reissued_invoices_name_the_old_one() -> None:
    document = mapped(
        correction_record={"corrected_invoice_id": "old-1", "reason": "x", "memo": "y"},
        regenerated_from_invoice_id="old-2",
    )

    assert (document.corrected_invoice_id, document.regenerated_from_invoice_id) == (
        "old-1",
        "old-2",
    )


@pytest.mark.parametrize(
    ("lines", "total", "changes", "reason"),
    [
        pytest.param(
            [line(0)], 0, {"zero_total_invoices": "skip"}, "zero-total", id="zero, if set to skip"
        ),
        pytest.param(
            [line("0.4")], "0.4", {"zero_total_invoices": "skip"}, "zero-total", id="rounds to zero"
        ),
        pytest.param(
            [application(-1, "POSTPAID")], 0, {}, "nothing-to-bill", id="no line that counts"
        ),
        pytest.param(
            [application(-1, "POSTPAID")],
            0,
            {"zero_total_invoices": "skip"},
            "nothing-to-bill",
            id="whatever the setting",
        ),
    ],
)
def test_zero_invoices_are_skipped(
    lines: list[Any], total: str | int, changes: dict[str, Any], reason: str
) -> None:
    skip = map_invoice(invoice(*lines, total=Decimal(total)), rules(**changes))

    assert isinstance(skip, Skip)
    assert skip.code == reason


def test_a_skipped_zero_invoice_needs_no_mapping() -> None:
    empty = invoice(line(0, product_custom_fields={}), customer_custom_fields={})

    assert isinstance(map_invoice(empty, rules(zero_total_invoices="skip")), Skip)


def test_by_default_a_zero_invoice_is_sent() -> None:
    document = mapped(line(100), application(-100))

    assert (str(document.total), len(document.line_items)) == ("0.00", 2)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"total": 9_999}, "totals-mismatch", id="the lines do not add up"),
        pytest.param({"credit_type": TOKENS}, "unsupported-currency", id="no currency"),
        pytest.param({"customer_custom_fields": {}}, "customer-not-mapped", id="no customer"),
        pytest.param(
            {"customer_custom_fields": {"netsuite_customer_id": "1"}},
            "destination-not-mapped",
            id="no destination",
        ),
    ],
)
def test_an_invoice_that_cannot_be_sent_as_it_is_is_refused(
    changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(Rejected) as refused:
        map_invoice(invoice(**changes), rules())

    assert refused.value.code == code


def test_a_total_without_a_counted_line_is_a_mismatch() -> None:
    with pytest.raises(Rejected) as refused:
        map_invoice(invoice(line(credit_type=TOKENS), total=Decimal(100)), rules())

    assert refused.value.code == "totals-mismatch"


CENTS = st.decimals(min_value=-(10**12), max_value=10**12, places=4, allow_nan=False)


@given(st.lists(CENTS, min_size=1, max_size=30), st.sampled_from(["none", "by_item"]))
def test_any_document_adds_up_keeps_all_lines_in_order_and_survives_its_bytes(
    totals: list[Decimal], grouping: str
) -> None:
    lines = [
        line(
            str(total),
            name=f"line {index}",
            product_custom_fields={"netsuite_item_id": str(index % 5)},
        )
        for index, total in enumerate(totals)
    ]
    source = invoice(*lines)
    by = rules(line_grouping=grouping)

    result = map_invoice(source, by)

    assert isinstance(result, Mapped)
    document = result.document
    assert sum((one.amount for one in document.line_items), start=Decimal(0)) == document.total
    names = ", ".join(one.name for one in document.line_items).split(", ")
    assert sorted(names) == sorted(one["name"] for one in lines)
    if grouping == "none":
        assert names == [one["name"] for one in lines]
        sign = -1 if document.document_type == "credit_memo" else 1
        for exact, one in zip(totals, document.line_items, strict=True):
            assert abs(exact.scaleb(-2) * sign - one.amount) <= Decimal("0.01")
    data = serde.to_bytes(document)
    assert serde.from_bytes(FormattedInvoice, data) == document
    assert serde.to_bytes(map_invoice(source, by).document) == data  # type: ignore[union-attr]


def test_a_total_of_25_digits_survives() -> None:
    document = mapped(line("1234567890123456789012345"))

    assert str(document.total) == "12345678901234567890123.45"
    assert b'"total":"12345678901234567890123.45"' in serde.to_bytes(document)
