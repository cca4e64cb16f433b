"""What Razorpay shows, as far as it is compared."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_providers.base import Begun, Found
from invoice_providers.razorpay.draft_steps import next_step, sort_out
from invoice_providers.razorpay.responses import UNNAMED, read_invoice, read_listing, read_shown

SHOWN = {
    "id": "inv_1",
    "type": "invoice",
    "receipt": "i-1",
    "customer_id": "cust_1",
    "amount": 10000,
    "currency": "INR",
    "tax_amount": 0,
    "status": "issued",
}
OURS = Found(
    "inv_1",
    "i-1",
    Decimal("100.00"),
    "INR",
    external_customer_id="cust_1",
    document_type="invoice",
    state="open",
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, OURS, id="paise are rupees again"),
        pytest.param(
            {"currency": "JPY"},
            replace(OURS, total=Decimal(10000), currency="JPY"),
            id="yen have no smaller unit",
        ),
        pytest.param({"amount": 11800, "tax_amount": 1800}, OURS, id="tax"),
        pytest.param(
            {"receipt": None}, replace(OURS, invoice_id=UNNAMED), id="a missing receipt shows"
        ),
        pytest.param(
            {"customer_id": None, "customer_details": {"id": "cust_2"}},
            replace(OURS, external_customer_id="cust_2"),
            id="the customer in its details",
        ),
        pytest.param(
            {"customer_id": None}, replace(OURS, external_customer_id=None), id="no customer shown"
        ),
        pytest.param({"type": "link"}, replace(OURS, document_type=None), id="a payment link"),
        pytest.param({"id": None}, None, id="no id"),
        pytest.param({"amount": "10000"}, None, id="an amount that is text"),
        pytest.param({"currency": "QQQ"}, None, id="no currency"),
    ],
)
def test_an_invoice_is_read(changes: dict[str, Any], expected: Found | None) -> None:
    assert read_invoice(SHOWN | changes) == expected


@pytest.mark.parametrize(
    ("items", "found"),
    [
        pytest.param([], [], id="no invoice has it"),
        pytest.param([SHOWN], [OURS], id="ours"),
        pytest.param(
            [SHOWN | {"receipt": "other"}],
            [],
            id="another receipt is not ours, whatever the filter did",
        ),
        pytest.param(
            [SHOWN | {"id": "inv_2"}, SHOWN],
            [OURS, replace(OURS, document_id="inv_2")],
            id="the newest comes first",
        ),
        pytest.param(
            [SHOWN | {"status": "cancelled"}],
            [replace(OURS, state="void")],
            id="a cancelled one stays ours",
        ),
        pytest.param(
            [SHOWN | {"amount": None}], None, id="ours, unreadable: no reason to create another"
        ),
    ],
)
def test_a_list_is_read(items: list[Any], found: list[Found] | None) -> None:
    listed = read_listing(items, "i-1")

    assert (None if listed is None else [shown.found for shown in listed]) == found


@pytest.mark.parametrize(
    "tree", [None, {}, "items", 1], ids=["not JSON", "an object", "a text", "a number"]
)
def test_an_answer_that_is_not_a_list_says_nothing(tree: Any) -> None:
    assert read_listing(tree, "i-1") is None
    assert read_invoice(tree) is None


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("draft", "draft"),
        ("issued", "open"),
        ("partially_paid", "open"),
        ("paid", "paid"),
        ("cancelled", "void"),
        ("expired", "open"),
        ("deleted", "deleted"),
        ("unheard-of", None),
        (None, None),
        ([], None),
    ],
    ids=str,
)
def test_a_status_is_a_state(status: Any, state: str | None) -> None:
    found = read_invoice(SHOWN | {"status": status})

    assert found is not None
    assert found.state == state


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from((*SHOWN, "notes", "created_at")), inner)
    ),
)


@given(
    changes=st.dictionaries(
        st.sampled_from((*SHOWN, "notes", "description", "line_items", "created_at")), anything
    )
)
def test_any_shown_invoice_is_either_read_or_reported_as_unreadable(
    changes: dict[str, Any],
) -> None:
    shown = read_shown(SHOWN | {"status": "draft"} | changes)
    if shown is None:
        return

    step = next_step(sort_out((shown,), "i-1"), Begun(), {"line_items": []})

    assert step
    assert shown.age
