from decimal import Decimal
from typing import Any

import pytest

from invoice_formatter.mapping.grouping import MIXED
from tests.unit.formatter.builders import application, line, mapped, rules

BY_ITEM = rules(
    line_grouping="by_item", extra_fields={"line.class": "{line.product_custom_fields.class?}"}
)


def item(number: str, **fields: Any) -> dict[str, Any]:
    return {"product_custom_fields": {"netsuite_item_id": number} | fields}


def test_lines_of_one_item_become_one_in_the_order_of_appearance() -> None:
    lines = [line(100, **item("1")), line(200, name="Storage", **item("2")), line(300, **item("1"))]

    document = mapped(*lines, by=BY_ITEM)

    assert [(one.external_item_id, one.name, one.amount) for one in document.line_items] == [
        ("1", "API calls", Decimal("4.00")),
        ("2", "Storage", Decimal("2.00")),
    ]
    assert document.total == Decimal("6.00")


def test_quantities_add_up_if_the_price_is_the_same() -> None:
    document = mapped(line(), line(), by=BY_ITEM)

    assert (document.line_items[0].quantity, document.line_items[0].unit_price) == (
        Decimal(2000),
        Decimal("0.1"),
    )


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(line(unit_price=11), id="another price"),
        pytest.param(line(quantity=None), id="no quantity"),
        pytest.param(
            application(-100, commit_custom_fields={"netsuite_item_id": "501"}),
            id="an applied commit",
        ),
    ],
)
def test_quantity_and_price_are_left_out_if_they_differ(other: dict[str, Any]) -> None:
    one = mapped(line(), other, by=BY_ITEM).line_items[0]

    assert (one.quantity, one.unit_price) == (None, None)


def test_names_products_types_and_periods_are_joined() -> None:
    later = {"starting_at": "2026-02-10T00:00:00Z", "ending_before": "2026-02-20T00:00:00Z"}
    lines = [
        line(pricing_group_values={"region": "eu"}),
        line(name="Storage", product_id="p2", type="scheduled", **later),
    ]

    one = mapped(*lines, by=BY_ITEM).line_items[0]

    assert (one.name, one.product_id, one.line_type) == ("API calls, Storage", None, MIXED)
    assert (str(one.start_date), str(one.end_date)) == ("2026-02-01", "2026-02-28")


def test_a_line_without_a_period_leaves_the_joined_line_without_one() -> None:
    one = mapped(line(), line(starting_at=None), by=BY_ITEM).line_items[0]

    assert (one.start_date, one.end_date) == (None, None)


def test_an_item_with_a_single_line_keeps_its_full_name() -> None:
    one = mapped(line(pricing_group_values={"region": "eu"}), by=BY_ITEM).line_items[0]

    assert one.name == "API calls / region=eu"


def test_lines_with_different_extra_fields_stay_separate() -> None:
    document = mapped(
        line(**item("1", **{"class": "A"})), line(**item("1", **{"class": "B"})), by=BY_ITEM
    )

    assert [one.extra_fields for one in document.line_items] == [{"class": "A"}, {"class": "B"}]
