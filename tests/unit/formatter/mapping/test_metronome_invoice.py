from typing import Any

import pytest

from invoice_formatter.mapping.fields import field_text
from invoice_formatter.mapping.metronome_invoice import parse_invoice
from invoice_shared import serde
from invoice_shared.errors import Rejected
from tests.unit.formatter.builders import invoice, line, mapped, tree


def test_amounts_keep_every_digit_of_the_bytes() -> None:
    text = serde.dumps({"data": tree()}).replace(
        b'"total":10000', b'"total":1234567890123456789012345.67'
    )

    parsed = parse_invoice(serde.loads(text))

    assert str(parsed.total) == "1234567890123456789012345.67"


def test_unknown_fields_are_ignored_and_kept_for_templates() -> None:
    parsed = invoice(brand_new={"deep": "value"})

    assert parsed.tree["brand_new"] == {"deep": "value"}


@pytest.mark.parametrize("name", ["id", "customer_id"])
def test_an_id_that_no_key_can_hold_is_refused(name: str) -> None:
    with pytest.raises(Rejected, match="half a surrogate pair"):
        invoice(**{name: "a\ud800"})


def test_null_maps_count_as_empty() -> None:
    parsed = invoice(
        line(product_custom_fields=None, pricing_group_values=None),
        customer_custom_fields=None,
        invoice_adjustments=None,
    )

    assert field_text(parsed.customer_custom_fields, "any") is None
    assert field_text(parsed.lines[0].product_custom_fields, "any") is None


def test_adjustments_of_a_legacy_plan_are_lines_as_well() -> None:
    adjustment = {"name": "Promotion", "total": -500, "credit_type": tree()["credit_type"]}

    parsed = invoice(invoice_adjustments=[adjustment], plan_id="plan-1", plan_name="Gold")

    assert [(one.name, one.type) for one in parsed.lines] == [
        ("API calls", "usage"),
        ("Promotion", "invoice_adjustment"),
    ]


@pytest.mark.parametrize(
    ("status", "unbillable"),
    [
        pytest.param("unbillable", True, id="a string"),
        pytest.param(
            {"value": "Unbillable", "effective_at": "2026-01-01"}, True, id="an object with a value"
        ),
        pytest.param("billable", False, id="billable"),
        pytest.param(None, False, id="absent for most accounts"),
        pytest.param(["?"], False, id="of an unknown shape"),
    ],
)
def test_the_billable_status_is_read_in_both_shapes(status: Any, unbillable: bool) -> None:
    assert invoice(billable_status=status).is_unbillable is unbillable


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        pytest.param([], "data", id="not an object"),
        pytest.param({"data": None}, "data", id="no data"),
        pytest.param({"data": {**tree(), "total": None}}, "total", id="no total"),
        pytest.param(
            {"data": {**tree(), "line_items": "none"}}, "line_items", id="lines of another shape"
        ),
        pytest.param(
            {"data": tree(line(credit_type=None))}, "credit_type", id="a line without its unit"
        ),
        pytest.param({"data": {**tree(), "id": ""}}, "id", id="no id"),
        pytest.param(
            {"data": {**tree(), "issued_at": "2026-03-02T09:30:00"}},
            "issued_at",
            id="a time without zone",
        ),
        pytest.param(
            {"data": {**tree(), "total": True}}, "total", id="a boolean instead of a number"
        ),
    ],
)
def test_an_answer_of_another_shape_is_refused_with_the_name_of_the_field(
    answer: Any, named: str
) -> None:
    with pytest.raises(Rejected) as refused:
        parse_invoice(answer)

    assert refused.value.code == "invalid-invoice"
    assert named in refused.value.reason


def test_a_number_that_would_fill_the_memory_in_plain_digits_is_refused() -> None:
    text = serde.dumps({"data": tree()}).replace(b'"total":10000', b'"total":1e999999999')

    with pytest.raises(Rejected) as refused:
        parse_invoice(serde.loads(text))

    assert refused.value.code == "invalid-invoice"


@pytest.mark.parametrize("odd", [b"1e41", b"-1E-999999999", b"9" * 50, b'"many"', b"true", b"{}"])
def test_a_quantity_or_price_too_large_for_a_record_does_not_refuse_the_invoice(odd: bytes) -> None:
    parsed = invoice(line(quantity=serde.loads(odd), unit_price=serde.loads(odd)))

    assert (parsed.lines[0].quantity, parsed.lines[0].unit_price) == (None, None)


@pytest.mark.parametrize("terms", [-1, 36_501, "soon", True])
def test_impossible_payment_terms_do_not_refuse_the_invoice(terms: Any) -> None:
    assert mapped(net_payment_terms_days=terms).due_date is None
