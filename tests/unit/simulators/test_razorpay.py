"""Razorpay's API: creating, looking up, refusing; who is messaged."""

from typing import Any

import pytest
import requests

from invoice_simulators.client import ControlClient

KEY = ("rzp_test_simulated", "simulated-key-secret")
LINE: dict[str, Any] = {"name": "API calls", "amount": 1250}
BODY: dict[str, Any] = {
    "type": "invoice",
    "customer_id": "cust_00000000000001",
    "receipt": "0b9d6a8e-3d1c-4d2f-9a41-5a4f3f6f3c10",
    "line_items": [LINE, {"name": "Storage", "amount": 25, "quantity": 2}],
}


def _create(url: str, body: Any, key: tuple[str, str] = KEY) -> requests.Response:
    return requests.post(f"{url}/v1/invoices", json=body, auth=key, timeout=5)


def _list(url: str, **query: str) -> list[dict[str, Any]]:
    response = requests.get(f"{url}/v1/invoices", params=query, auth=KEY, timeout=5)
    items: list[dict[str, Any]] = response.json()["items"]
    return items


def test_a_created_invoice_is_issued_at_once_in_rupees(razorpay: ControlClient, razorpay_url: str) -> None:
    shown = _create(razorpay_url, BODY).json()

    assert (shown["status"], shown["amount"], shown["currency"]) == ("issued", 1300, "INR")
    assert len(shown["id"]) == len("inv_") + 14
    document = razorpay.documents()[0]
    assert (document["external_id"], document["total"]) == (BODY["receipt"], "13.00")
    assert [line["amount"] for line in document["lines"]] == ["12.50", "0.50"]


def test_customers_are_messaged_unless_that_is_switched_off(razorpay: ControlClient, razorpay_url: str) -> None:
    _create(razorpay_url, BODY)
    _create(razorpay_url, BODY | {"sms_notify": False, "email_notify": 0})
    _create(razorpay_url, BODY | {"draft": "1"})

    assert [document["messages"] for document in razorpay.documents()] == [["sms", "email"], [], []]


def test_a_receipt_is_not_unique(razorpay: ControlClient, razorpay_url: str) -> None:
    _create(razorpay_url, BODY)
    _create(razorpay_url, BODY)

    assert len(_list(razorpay_url, receipt=BODY["receipt"])) == 2


def test_lists_are_filtered_newest_first_and_paged(razorpay: ControlClient, razorpay_url: str) -> None:
    for number in range(3):
        _create(razorpay_url, BODY | {"receipt": f"r{number}"})

    assert [item["receipt"] for item in _list(razorpay_url)] == ["r2", "r1", "r0"]
    assert [item["receipt"] for item in _list(razorpay_url, count="1", skip="1")] == ["r1"]
    assert _list(razorpay_url, customer_id="cust_00000000000002") == []
    assert _list(razorpay_url, to="1000") == []


def test_an_invoice_is_read_and_cancelled_by_id(razorpay: ControlClient, razorpay_url: str) -> None:
    url = f"{razorpay_url}/v1/invoices/{_create(razorpay_url, BODY).json()['id']}"

    assert requests.get(url, auth=KEY, timeout=5).json()["status"] == "issued"
    assert requests.post(f"{url}/cancel", auth=KEY, timeout=5).json()["status"] == "cancelled"
    assert requests.post(f"{url}/cancel", auth=KEY, timeout=5).status_code == 400
    assert requests.get(f"{razorpay_url}/v1/invoices/inv_none", auth=KEY, timeout=5).status_code == 400


def test_a_wrong_key_is_refused(razorpay_url: str) -> None:
    response = _create(razorpay_url, BODY, ("rzp_test_simulated", "wrong"))

    assert (response.status_code, response.json()["error"]["description"]) == (401, "Authentication failed")


def _line(**changes: Any) -> dict[str, Any]:
    return BODY | {"line_items": [LINE | changes]}


@pytest.mark.parametrize(
    ("body", "description"),
    [
        pytest.param({**BODY, "type": "link"}, "type", id="the type"),
        pytest.param({k: v for k, v in BODY.items() if k != "customer_id"}, "customer", id="a customer"),
        pytest.param(BODY | {"customer_id": "1001"}, "does not exist", id="a known customer"),
        pytest.param(BODY | {"line_items": []}, "line items field is required", id="at least one line"),
        pytest.param(BODY | {"line_items": [LINE] * 51}, "more than 50", id="at most 50 lines"),
        pytest.param(_line(amount=12.5), "must be an integer", id="amounts are integers"),
        pytest.param(_line(amount=-1), "at least 0", id="no negative amount"),
        pytest.param(_line(quantity=1.5), "must be an integer", id="quantities are integers"),
        pytest.param(_line(amount=99), "less than minimum", id="at least one rupee"),
        pytest.param(_line(currency="USD"), "same as of the invoice", id="one currency"),
        pytest.param(_line(rate=1), "rate is/are not required and should not be sent", id="known line fields"),
        pytest.param(BODY | {"memo": "x", "a": 1}, "a, memo is/are not required", id="known fields"),
        pytest.param(BODY | {"receipt": "x" * 41}, "40 characters", id="at most 40 characters of receipt"),
        pytest.param(BODY | {"receipt": ""}, "at least 1", id="at least one character of receipt"),
        pytest.param(BODY | {"description": "x" * 2049}, "2048 characters", id="the length of the description"),
        pytest.param(BODY | {"notes": {str(n): "x" for n in range(16)}}, "notes", id="at most 15 notes"),
        pytest.param(BODY | {"expire_by": 1}, "15 minutes", id="an expiry in the future"),
        pytest.param(BODY | {"currency": "KWD"} | {"line_items": [LINE | {"amount": 15}]}, "last digit", id="fils"),
    ],
)
def test_an_invoice_needs(razorpay: ControlClient, razorpay_url: str, body: Any, description: str) -> None:
    response = _create(razorpay_url, body)

    assert (response.status_code, response.json()["error"]["code"]) == (400, "BAD_REQUEST_ERROR")
    assert description in response.json()["error"]["description"]
    assert razorpay.documents() == []


def test_other_currencies_need_an_international_account(razorpay: ControlClient, razorpay_url: str) -> None:
    dollars = BODY | {"currency": "USD"}

    assert _create(razorpay_url, dollars).status_code == 200
    razorpay.configure(international=False)
    assert "International" in _create(razorpay_url, dollars).json()["error"]["description"]


def test_trouble_is_worded_as_a_server_error(razorpay: ControlClient, razorpay_url: str) -> None:
    razorpay.inject("status", "create", status=500)

    assert _create(razorpay_url, BODY).json()["error"]["code"] == "SERVER_ERROR"
