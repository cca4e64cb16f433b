"""Which draft is kept, and when a draft may be issued."""

from typing import Any

import pytest

from invoice_providers.base import Begun
from invoice_providers.razorpay.draft_steps import (
    Alone,
    Blocked,
    Exists,
    Make,
    Missing,
    Step,
    Tidy,
    fits,
    next_step,
    sort_out,
)
from invoice_providers.razorpay.payload import build_draft
from invoice_providers.razorpay.responses import Shown, read_shown
from tests.builders import INVOICE_ID, formatted_invoice

BODY = build_draft(
    formatted_invoice(destination="razorpay", external_customer_id="cust_1", currency="INR")
)
TREE = {
    name: value
    for name, value in BODY.items()
    if name not in ("draft", "sms_notify", "email_notify")
}
OWN = Begun("inv_b", 0.0, is_made=True)
STALE: dict[str, Any] = {"terms": "30 days"}
STRANGE: dict[str, Any] = {"description": "by hand"}


def shown(document_id: str, status: str = "draft", created_at: int = 100, **changes: Any) -> Shown:
    facts = {"id": document_id, "status": status, "created_at": created_at, "amount": 10000}
    read = read_shown(TREE | facts | changes)
    assert read is not None
    return read


@pytest.mark.parametrize(
    ("listed", "begun", "step"),
    [
        pytest.param([], Begun(), Make(()), id="without a draft one is made"),
        pytest.param([], OWN, Missing("inv_b"), id="our own is not listed"),
        pytest.param(
            [shown("inv_a")],
            OWN,
            Tidy(Begun("inv_a", 0.0), ("inv_b",)),
            id="only an older one is listed",
        ),
        pytest.param(
            [shown("inv_b"), shown("inv_a", created_at=101)],
            OWN,
            Tidy(OWN, ("inv_a",)),
            id="the oldest is kept",
        ),
        pytest.param(
            [shown("inv_a"), shown("inv_b")],
            OWN,
            Tidy(Begun("inv_a", 0.0), ("inv_b",)),
            id="then the smallest id",
        ),
        pytest.param(
            [shown("inv_b", created_at=1), shown("inv_c", "issued", created_at=999)],
            OWN,
            Exists("inv_c", ("inv_b",)),
            id="an issued one before a draft, however young",
        ),
        pytest.param(
            [shown("inv_c", "expired")], Begun(), Exists("inv_c", ()), id="an expired one stands"
        ),
        pytest.param(
            [shown("inv_c", "unheard-of")],
            Begun(),
            Exists("inv_c", ()),
            id="an unknown status stands",
        ),
        pytest.param(
            [shown("inv_c", "cancelled")], Begun(), Make(()), id="a cancelled one does not stand"
        ),
        pytest.param(
            [shown("inv_c", "deleted")], Begun(), Make(()), id="a deleted one does not stand"
        ),
        pytest.param(
            [shown("inv_a", **STALE)], Begun(), Make(("inv_a",)), id="a stale one is replaced"
        ),
        pytest.param(
            [shown("inv_a", **STALE), shown("inv_b")],
            OWN,
            Tidy(OWN, ("inv_a",)),
            id="a stale one is deleted, however old",
        ),
        pytest.param(
            [shown("inv_b", **STALE)],
            Begun("inv_b", 0.0),
            Make(("inv_b",)),
            id="an adopted one that was edited since",
        ),
        pytest.param(
            [shown("inv_a", **STRANGE)], Begun(), Blocked("inv_a", ()), id="somebody else's blocks"
        ),
        pytest.param(
            [shown("inv_a", **STRANGE), shown("inv_b")],
            OWN,
            Blocked("inv_a", ("inv_b",)),
            id="and ours is to be deleted",
        ),
    ],
)
def test_the_drafts_decide_the_next_step(listed: list[Shown], begun: Begun, step: Step) -> None:
    assert next_step(sort_out(tuple(listed), INVOICE_ID), begun, BODY) == step


def test_a_single_draft_is_continued_however_razorpay_changed_its_texts() -> None:
    own = shown("inv_b", description="Metronome invoice " + INVOICE_ID)

    assert next_step(sort_out((own,), INVOICE_ID), OWN, BODY) == Alone(OWN, own)


@pytest.mark.parametrize(
    ("changes", "fit"),
    [
        pytest.param({}, True, id="the same"),
        pytest.param({"terms": ""}, True, id="empty counts as none"),
        pytest.param({"notes": []}, True, id="no notes are an empty list"),
        pytest.param({"description": f"  {BODY['description']} "}, True, id="white space"),
        pytest.param({"amount": 10001}, False, id="another amount"),
        pytest.param({"date": 1}, False, id="another date"),
        pytest.param({"partial_payment": True}, False, id="payable in parts"),
        pytest.param({"line_items": []}, False, id="no lines"),
        pytest.param({"line_items": None}, False, id="lines not shown"),
        pytest.param({"line_items": [None]}, False, id="an invalid line"),
        pytest.param(
            {"line_items": [BODY["line_items"][0] | {"quantity": 2}]}, False, id="another quantity"
        ),
    ],
)
def test_a_draft_matches_the_request(changes: dict[str, Any], fit: bool) -> None:
    assert fits(TREE | {"amount": 10000} | changes, BODY) is fit
