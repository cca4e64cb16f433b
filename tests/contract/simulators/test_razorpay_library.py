"""Razorpay's simulator as seen by Razorpay's own library."""

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import razorpay
from razorpay.errors import BadRequestError, ServerError

from invoice_simulators.client import ControlClient
from invoice_simulators.control import build_app
from invoice_simulators.razorpay import Razorpay
from invoice_simulators.server import SimulatorServer

ITEM = "item_AAAAAAAAAAAAAA"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with SimulatorServer(build_app(Razorpay())) as server:
        yield server.url


@pytest.fixture
def control(url: str) -> ControlClient:
    control = ControlClient(url)
    control.reset()
    return control


@pytest.fixture
def invoices(control: ControlClient, url: str) -> Any:
    return razorpay.Client(
        auth=("rzp_test_simulated", "simulated-key-secret"), base_url=url
    ).invoice


def body(**changes: Any) -> dict[str, Any]:
    line = {"name": "API calls", "amount": 1000, "currency": "INR", "quantity": 1}
    valid: dict[str, Any] = {
        "type": "invoice",
        "customer_id": "cust_AAAAAAAAAAAAAA",
        "line_items": [line],
        "receipt": str(uuid4()),
        "sms_notify": 0,
        "email_notify": 0,
    }
    return valid | changes


def test_an_invoice_is_created_listed_fetched_and_cancelled(invoices: Any) -> None:
    sent = body()

    created = invoices.create(sent)

    assert (created["status"], created["amount_due"]) == ("issued", 1000)
    assert invoices.all({"receipt": sent["receipt"]}) == {
        "entity": "collection",
        "count": 1,
        "items": [created],
    }
    assert invoices.fetch(created["id"]) == created
    assert invoices.cancel(created["id"])["status"] == "cancelled"
    with pytest.raises(
        BadRequestError, match="Operation not allowed for Invoice in cancelled status"
    ):
        invoices.cancel(created["id"])


def test_a_draft_can_be_edited_issued_or_deleted(invoices: Any) -> None:
    kept = invoices.create(body(draft="1"))
    dropped = invoices.create(body(draft="1"))

    assert invoices.edit(kept["id"], {"description": "October"})["description"] == "October"
    assert invoices.issue(kept["id"])["status"] == "issued"
    assert invoices.delete(dropped["id"]) == []
    with pytest.raises(BadRequestError, match="does not exist"):
        invoices.fetch(dropped["id"])
    with pytest.raises(BadRequestError, match="Operation not allowed for Invoice in issued status"):
        invoices.delete(kept["id"])


def test_a_customer_may_be_described_and_a_line_may_name_an_item(
    control: ControlClient, invoices: Any
) -> None:
    control.configure(items={ITEM: {"name": "Seat", "amount": 500, "currency": "INR"}})
    described = {"name": "Gaurav", "contact": "9999999999", "email": "a@example.com"}
    sent = body(customer=described, line_items=[{"item_id": ITEM, "quantity": 2}])
    del sent["customer_id"]

    created = invoices.create(sent)

    assert created["customer_id"] == created["customer_details"]["id"]
    assert (created["customer_details"]["name"], created["amount"]) == ("Gaurav", 1000)


def test_lists_are_filtered_and_paged(invoices: Any) -> None:
    ids = [invoices.create(body())["id"] for _ in range(3)]
    now = int(time.time())

    def listed(**query: Any) -> list[str]:
        return [each["id"] for each in invoices.all(query)["items"]]

    assert listed(count=2, skip=1) == [ids[1], ids[0]]
    assert listed(type="invoice", count=1) == [ids[2]]
    assert listed(**{"from": now - 60, "to": now + 60}) == ids[::-1]
    assert listed(to=now - 60) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"draft": 1}, "The selected draft is invalid"),
        ({"nope": 1}, "nope is/are not required and should not be sent"),
        (
            {"line_items": [{"name": "a", "amount": 100, "quantity": 1.5}]},
            "The quantity must be an integer",
        ),
        ({"line_items": [{"name": "a", "amount": 99}]}, "The amount must be at least INR 1.00"),
        ({"line_items": [{"item_id": "item_BBBBBBBBBBBBBB"}]}, "The id provided does not exist"),
        ({"customer_id": "cust_1"}, "The id provided does not exist"),
        ({"expire_by": 1}, "at least 15 minutes"),
    ],
)
def test_an_invoice_that_razorpay_refuses_is_refused(
    control: ControlClient, invoices: Any, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(BadRequestError, match=reason):
        invoices.create(body(**changes))
    assert control.documents() == []


def test_outages_and_unsupported_requests_are_read_as_the_right_errors(
    control: ControlClient, url: str
) -> None:
    stranger = razorpay.Client(auth=("rzp_test_simulated", "wrong"), base_url=url)
    with pytest.raises(BadRequestError, match="Authentication failed"):
        stranger.invoice.all()
    client = razorpay.Client(auth=("rzp_test_simulated", "simulated-key-secret"), base_url=url)
    with pytest.raises(BadRequestError, match="The requested URL was not found on the server"):
        client.item.create({"name": "x", "amount": 100, "currency": "INR"})
    control.inject("status", "create", status=500)
    with pytest.raises(ServerError):
        client.invoice.create(body())
