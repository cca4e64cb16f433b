"""What Razorpay shows, as far as it is compared."""

from decimal import Decimal
from typing import Any

import pytest

from invoice_providers.base import CreatedDocument
from invoice_providers.razorpay.shown import UNNAMED, read_invoice, read_listing

SHOWN = {"id": "inv_1", "receipt": "i-1", "amount": 10000, "currency": "INR", "tax_amount": 0, "status": "issued"}
OURS = CreatedDocument("inv_1", "i-1", Decimal("100.00"), "INR")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, OURS, id="paise are rupees again"),
        pytest.param(
            {"currency": "JPY"}, CreatedDocument("inv_1", "i-1", Decimal(10000), "JPY"), id="yen have no smaller unit"
        ),
        pytest.param(
            {"amount": 11800, "tax_amount": 1800}, CreatedDocument("inv_1", "i-1", Decimal("100.00"), "INR"), id="tax"
        ),
        pytest.param(
            {"receipt": None}, CreatedDocument("inv_1", UNNAMED, Decimal("100.00"), "INR"), id="a lost receipt is told"
        ),
        pytest.param({"id": None}, None, id="no id"),
        pytest.param({"amount": "10000"}, None, id="an amount that is text"),
        pytest.param({"currency": "QQQ"}, None, id="no currency"),
    ],
)
def test_an_invoice(changes: dict[str, Any], expected: CreatedDocument | None) -> None:
    assert read_invoice(SHOWN | changes) == expected


@pytest.mark.parametrize(
    ("items", "found"),
    [
        pytest.param([], [], id="nobody carries it"),
        pytest.param([SHOWN], [OURS], id="ours"),
        pytest.param([SHOWN | {"receipt": "other"}], [], id="another receipt is not ours, whatever the filter did"),
        pytest.param(
            [SHOWN | {"id": "inv_2"}, SHOWN],
            [OURS, CreatedDocument("inv_2", "i-1", Decimal("100.00"), "INR")],
            id="the newest comes first and is the younger",
        ),
        pytest.param([SHOWN | {"status": "cancelled"}], [OURS], id="a cancelled one stays ours"),
        pytest.param([SHOWN | {"amount": None}], None, id="ours, unreadable: no reason to create another"),
    ],
)
def test_a_listing(items: list[Any], found: list[CreatedDocument] | None) -> None:
    assert read_listing({"entity": "collection", "items": items}, "i-1") == found


@pytest.mark.parametrize("tree", [None, [], {}, {"items": None}], ids=["not JSON", "a list", "no items", "null items"])
def test_what_is_no_listing_says_nothing(tree: Any) -> None:
    assert read_listing(tree, "i-1") is None
    assert read_invoice(tree) is None
