"""Razorpay's API: creating, looking up, refusing, and who is messaged."""

from typing import Any

import pytest
import requests

from invoice_simulators.client import ControlClient
from tests.unit.simulators.razorpay_client import BODY, KEY, LINE, create, listed


def test_a_created_invoice_is_issued_at_once_in_rupees(
    razorpay: ControlClient, razorpay_url: str
) -> None:
    shown = create(razorpay_url, BODY).json()

    assert (shown["status"], shown["amount"], shown["currency"]) == ("issued", 1500, "INR")
    assert len(shown["id"]) == len("inv_") + 14
    document = razorpay.documents()[0]
    assert (document["external_id"], document["total"]) == (BODY["receipt"], "15.00")
    assert [line["amount"] for line in document["lines"]] == ["12.50", "2.50"]


def test_customers_are_messaged_unless_switched_off(
    razorpay: ControlClient, razorpay_url: str
) -> None:
    create(razorpay_url, BODY)
    create(razorpay_url, BODY | {"sms_notify": False, "email_notify": 0})
    create(razorpay_url, BODY | {"draft": "1"})

    assert [document["messages"] for document in razorpay.documents()] == [["sms", "email"], [], []]


def test_a_receipt_is_not_unique(razorpay: ControlClient, razorpay_url: str) -> None:
    create(razorpay_url, BODY)
    create(razorpay_url, BODY)

    assert len(listed(razorpay_url, receipt=BODY["receipt"])) == 2


def test_lists_are_filtered_and_paged_with_the_newest_first(
    razorpay: ControlClient, razorpay_url: str
) -> None:
    for number in range(3):
        create(razorpay_url, BODY | {"receipt": f"r{number}"})

    assert [item["receipt"] for item in listed(razorpay_url)] == ["r2", "r1", "r0"]
    assert [item["receipt"] for item in listed(razorpay_url, count="1", skip="1")] == ["r1"]
    assert listed(razorpay_url, customer_id="cust_00000000000002") == []
    assert listed(razorpay_url, to="1000") == []


def test_an_invoice_is_read_and_cancelled_by_id(razorpay: ControlClient, razorpay_url: str) -> None:
    url = f"{razorpay_url}/v1/invoices/{create(razorpay_url, BODY).json()['id']}"

    assert requests.get(url, auth=KEY, timeout=5).json()["status"] == "issued"
    assert requests.post(f"{url}/cancel", auth=KEY, timeout=5).json()["status"] == "cancelled"
    assert requests.post(f"{url}/cancel", auth=KEY, timeout=5).status_code == 400
    assert (
        requests.get(f"{razorpay_url}/v1/invoices/inv_none", auth=KEY, timeout=5).status_code == 400
    )


def test_a_wrong_key_is_refused(razorpay_url: str) -> None:
    response = create(razorpay_url, BODY, ("rzp_test_simulated", "wrong"))

    assert (response.status_code, response.json()["error"]["description"]) == (
        401,
        "Authentication failed",
    )


def _line(**changes: Any) -> dict[str, Any]:
    return BODY | {"line_items": [LINE | changes]}


@pytest.mark.parametrize(
    ("body", "description"),
    [
        pytest.param({**BODY, "type": "link"}, "type", id="the type"),
        pytest.param(
            {k: v for k, v in BODY.items() if k != "customer_id"}, "customer", id="a customer"
        ),
        pytest.param(BODY | {"customer_id": "1001"}, "does not exist", id="a known customer"),
        pytest.param(
            BODY | {"line_items": []}, "line items field is required", id="at least one line"
        ),
        pytest.param(BODY | {"line_items": [LINE] * 51}, "more than 50", id="at most 50 lines"),
        pytest.param(_line(amount=12.5), "must be an integer", id="amounts are integers"),
        pytest.param(_line(amount=-1), "at least INR 1.00", id="no negative amount"),
        pytest.param(_line(quantity=1.5), "must be an integer", id="quantities are integers"),
        pytest.param(_line(amount=99), "at least INR 1.00", id="at least one rupee per line"),
        pytest.param(
            BODY | {"currency": "USD", "line_items": [LINE | {"amount": -1}]},
            "at least 0",
            id="whatever the currency",
        ),
        pytest.param(
            BODY | {"currency": "USD", "line_items": [LINE | {"amount": 0}]},
            "less than minimum",
            id="a total",
        ),
        pytest.param(_line(currency="USD"), "same as of the invoice", id="one currency"),
        pytest.param(
            _line(rate=1), "rate is/are not required and should not be sent", id="known line fields"
        ),
        pytest.param(
            BODY | {"memo": "x", "a": 1}, "a, memo is/are not required", id="known fields"
        ),
        pytest.param(
            BODY | {"receipt": "x" * 41}, "40 characters", id="at most 40 characters of receipt"
        ),
        pytest.param(BODY | {"receipt": ""}, "at least 1", id="at least one character of receipt"),
        pytest.param(
            BODY | {"description": "x" * 2049},
            "2048 characters",
            id="the length of the description",
        ),
        pytest.param(
            BODY | {"notes": {str(n): "x" for n in range(16)}}, "notes", id="at most 15 notes"
        ),
        pytest.param(BODY | {"expire_by": 1}, "15 minutes", id="an expiry in the future"),
        pytest.param(
            BODY | {"currency": "KWD"} | {"line_items": [LINE | {"amount": 15}]},
            "last digit",
            id="fils",
        ),
    ],
)
def test_an_invoice_needs(
    razorpay: ControlClient, razorpay_url: str, body: Any, description: str
) -> None:
    response = create(razorpay_url, body)

    assert (response.status_code, response.json()["error"]["code"]) == (400, "BAD_REQUEST_ERROR")
    assert description in response.json()["error"]["description"]
    assert razorpay.documents() == []


def test_other_currencies_need_an_international_account(
    razorpay: ControlClient, razorpay_url: str
) -> None:
    dollars = BODY | {"currency": "USD"}

    assert create(razorpay_url, dollars).status_code == 200
    razorpay.configure(international=False)
    assert "International" in create(razorpay_url, dollars).json()["error"]["description"]


def test_an_outage_is_reported_as_a_server_error(
    razorpay: ControlClient, razorpay_url: str
) -> None:
    razorpay.inject("status", "create", status=500)

    assert create(razorpay_url, BODY).json()["error"]["code"] == "SERVER_ERROR"
