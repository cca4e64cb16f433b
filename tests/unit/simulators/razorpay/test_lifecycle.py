"""Drafts: created, found, issued, changed and deleted, and when the list shows it."""

from typing import Any

import pytest

from invoice_simulators.client import ControlClient, RazorpayControl
from tests.unit.simulators.razorpay_client import (
    BODY,
    DRAFT,
    LINE,
    RECEIPT,
    call,
    create,
    description_of,
    listed,
)


def _draft(url: str, **changes: Any) -> str:
    identity: str = create(url, DRAFT | changes).json()["id"]
    return identity


def _states(control: ControlClient) -> list[str]:
    return [each["status"] for each in control.documents()]


def test_a_draft_has_no_order_no_link_and_nothing_due(
    razorpay: ControlClient, razorpay_url: str
) -> None:
    shown = create(razorpay_url, DRAFT).json()

    assert (shown["status"], shown["amount"]) == ("draft", 1500)
    assert {shown[name] for name in ("order_id", "short_url", "issued_at", "amount_due")} == {None}


@pytest.mark.parametrize("draft", [1, True, "yes"])
def test_a_draft_is_requested_by_text(
    razorpay: ControlClient, razorpay_url: str, draft: Any
) -> None:
    response = create(razorpay_url, BODY | {"draft": draft})

    assert (response.status_code, description_of(response)) == (
        400,
        "The selected draft is invalid.",
    )
    assert razorpay.documents() == []


def test_a_draft_is_issued_once(razorpay: ControlClient, razorpay_url: str) -> None:
    draft = _draft(razorpay_url)

    issued = call(razorpay_url, "POST", f"{draft}/issue").json()
    again = call(razorpay_url, "POST", f"{draft}/issue")

    assert (issued["status"], issued["amount_due"], issued["sms_status"]) == ("issued", 1500, None)
    assert (again.status_code, description_of(again)) == (
        400,
        "Operation not allowed for Invoice in issued status.",
    )
    assert [entry["invoice_id"] for entry in razorpay.requests("issue")] == [RECEIPT, RECEIPT]


@pytest.mark.parametrize(
    ("issue_messages", "notify", "sent"),
    [
        ("as-created", False, []),
        ("as-created", True, ["sms", "email"]),
        ("always", False, ["sms", "email"]),
        ("never", True, []),
    ],
)
def test_whether_issuing_messages_the_customer_is_configurable(
    razorpay: ControlClient, razorpay_url: str, issue_messages: str, notify: bool, sent: list[str]
) -> None:
    razorpay.configure(issue_messages=issue_messages)

    call(
        razorpay_url,
        "POST",
        f"{_draft(razorpay_url, sms_notify=notify, email_notify=notify)}/issue",
    )

    assert razorpay.documents()[0]["messages"] == sent


def test_only_a_draft_can_be_deleted_and_then_it_is_gone(
    razorpay: ControlClient, razorpay_url: str
) -> None:
    draft = _draft(razorpay_url)
    issued = create(razorpay_url).json()["id"]

    assert call(razorpay_url, "DELETE", draft).json() == []
    assert (
        description_of(call(razorpay_url, "DELETE", issued))
        == "Operation not allowed for Invoice in issued status."
    )

    assert description_of(call(razorpay_url, "GET", draft)) == "The id provided does not exist"
    assert description_of(call(razorpay_url, "DELETE", draft)) == "The id provided does not exist"
    assert [item["id"] for item in listed(razorpay_url, receipt=RECEIPT)] == [issued]


def test_a_deleted_draft_stays_listed_if_set(razorpay: ControlClient, razorpay_url: str) -> None:
    razorpay.configure(deleted_stay_listed=True)
    call(razorpay_url, "DELETE", _draft(razorpay_url))

    assert [item["status"] for item in listed(razorpay_url)] == ["deleted"]
    assert razorpay.documents() == []


@pytest.mark.parametrize(
    ("status", "changes", "refused"),
    [
        pytest.param(
            "draft",
            {"description": "x", "line_items": [LINE]},
            None,
            id="a draft: nearly everything",
        ),
        pytest.param(
            "draft",
            {"date": 1, "sms_notify": 0},
            "date, sms_notify is/are not required",
            id="a draft: not these",
        ),
        pytest.param("issued", {"receipt": "r2", "notes": {"a": "b"}}, None, id="issued: a few"),
        pytest.param(
            "issued",
            {"line_items": [LINE]},
            "line_items is/are not required",
            id="issued: no lines",
        ),
        pytest.param("cancelled", {"notes": {"a": "b"}}, None, id="cancelled: notes"),
        pytest.param(
            "cancelled",
            {"receipt": "r2"},
            "receipt is/are not required",
            id="cancelled: no receipt",
        ),
    ],
)
def test_what_can_be_changed_depends_on_the_status(
    razorpay: ControlClient, razorpay_url: str, status: str, changes: Any, refused: str | None
) -> None:
    identity = _draft(razorpay_url)
    if status != "draft":
        call(razorpay_url, "POST", f"{identity}/issue")
    if status == "cancelled":
        call(razorpay_url, "POST", f"{identity}/cancel")

    response = call(razorpay_url, "PATCH", identity, changes)

    if refused is not None:
        assert refused in description_of(response)
        return
    shown = response.json()
    assert (shown["id"], shown["status"]) == (identity, status)
    assert {
        name: shown[name] for name in changes if name != "line_items"
    }.items() <= changes.items()


def test_an_item_has_its_own_price(razorpay: ControlClient, razorpay_url: str) -> None:
    line = {"item_id": "item_AAAAAAAAAAAAAA", "quantity": 3}
    refused = create(razorpay_url, BODY | {"line_items": [line]})
    razorpay.configure(items={line["item_id"]: {"name": "Seat", "amount": 500, "currency": "INR"}})

    assert description_of(refused) == "The id provided does not exist"
    assert create(razorpay_url, BODY | {"line_items": [line]}).json()["amount"] == 1500


def test_the_list_lags_behind_reads_by_id_and_shows_older_ones_first(
    razorpay: ControlClient, razorpay_url: str
) -> None:
    razorpay.configure(lookup_lag_seconds=None)
    first = _draft(razorpay_url)
    second = _draft(razorpay_url)
    call(razorpay_url, "POST", f"{first}/issue")

    assert listed(razorpay_url, receipt=RECEIPT) == []
    assert call(razorpay_url, "GET", first).json()["status"] == "issued"

    razorpay.settle(1)
    assert [(item["id"], item["status"]) for item in listed(razorpay_url, receipt=RECEIPT)] == [
        (first, "draft")
    ]
    razorpay.settle()
    assert [(item["id"], item["status"]) for item in listed(razorpay_url, receipt=RECEIPT)] == [
        (second, "draft"),
        (first, "issued"),
    ]


def test_a_part_of_the_receipt_is_enough_if_set(razorpay: ControlClient, razorpay_url: str) -> None:
    create(razorpay_url)
    assert listed(razorpay_url, receipt=RECEIPT[:8]) == []

    razorpay.configure(receipt_filter="part")

    assert len(listed(razorpay_url, receipt=RECEIPT[:8])) == 1


def test_people_can_change_drafts_and_cancel_issued_invoices(
    razorpay: ControlClient, razorpay_url: str
) -> None:
    draft = _draft(razorpay_url)

    razorpay.edit(
        draft, total="20.00", note="by hand", number="r2", customer_id="cust_00000000000002"
    )

    (document,) = razorpay.documents()
    assert (document["total"], document["note"], document["external_id"]) == (
        "20.00",
        "by hand",
        "r2",
    )
    assert document["customer_id"] == "cust_00000000000002"
    call(razorpay_url, "POST", f"{draft}/issue")
    with pytest.raises(ValueError, match="line_items is/are not required"):
        razorpay.edit(draft, total="30.00")
    razorpay.void(draft)
    assert _states(razorpay) == ["cancelled"]


def test_an_invoice_expires_or_is_paid_in_parts(razorpay: ControlClient, razorpay_url: str) -> None:
    expiring = create(razorpay_url).json()["id"]
    paying = create(razorpay_url).json()["id"]

    RazorpayControl(razorpay_url).expire(expiring)
    razorpay.pay(paying, "5.00")
    part = _states(razorpay)
    razorpay.pay(paying)

    assert (part, _states(razorpay)) == (["expired", "partially_paid"], ["expired", "paid"])
    assert [each["state"] for each in razorpay.documents()] == ["void", "paid"]
    assert call(razorpay_url, "GET", paying).json()["amount_due"] == 0
    with pytest.raises(ValueError, match="not allowed for Invoice in paid status"):
        razorpay.void(paying)


@pytest.mark.parametrize(("method", "path"), [("POST", "inv_x/notify_by/sms"), ("PUT", "inv_x")])
def test_an_unsupported_request_is_refused_with_razorpays_message(
    razorpay: ControlClient, razorpay_url: str, method: str, path: str
) -> None:
    response = call(razorpay_url, method, path)

    assert (response.status_code, description_of(response)) == (
        400,
        "The requested URL was not found on the server.",
    )
