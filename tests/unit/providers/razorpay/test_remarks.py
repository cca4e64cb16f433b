"""What the check says about an account, and what cannot be known from outside."""

from typing import Any

import pytest

from invoice_providers.razorpay.remarks import DIRECT, FRESHNESS, TEST_KEY, UNSEEN, remarks
from invoice_providers.razorpay.responses import Shown, read_shown

ISSUED = {
    "id": "inv_1",
    "amount": 10000,
    "currency": "INR",
    "status": "issued",
    "description": "Metronome invoice i-1, 2026-02-01 to 2026-02-28",
    "sms_status": None,
    "email_status": None,
}


def shown(**changes: Any) -> Shown:
    read = read_shown(ISSUED | changes)
    assert read is not None
    return read


@pytest.mark.parametrize(
    ("newest", "said"),
    [
        pytest.param([], UNSEEN, id="nothing yet"),
        pytest.param([shown(status="draft")], UNSEEN, id="a draft proves nothing"),
        pytest.param(
            [shown(description="by hand", sms_status="sent")],
            UNSEEN,
            id="an invoice made by a person proves nothing",
        ),
        pytest.param(
            [shown(), shown()],
            "No customer was messaged about the 2 newest",
            id="nobody was messaged",
        ),
        pytest.param(
            [shown(), shown(id="inv_2", email_status="pending")],
            "Customers were messaged about 1 of the 2 newest invoices of the connector, e.g."
            " inv_2.",
            id="somebody was messaged",
        ),
    ],
)
def test_remarks_say_whether_customers_are_messaged(newest: list[Shown], said: str) -> None:
    first, *others = remarks(newest, "rzp_live_1", is_direct=False)

    assert first.startswith(said)
    assert others == [FRESHNESS]


def test_a_test_key_and_the_direct_order_are_named() -> None:
    assert remarks([], "rzp_test_1", is_direct=True)[:2] == (TEST_KEY, DIRECT)
