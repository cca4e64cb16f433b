"""A simple client of Razorpay, and one invoice body."""

from typing import Any

import requests

KEY = ("rzp_test_simulated", "simulated-key-secret")
RECEIPT = "0b9d6a8e-3d1c-4d2f-9a41-5a4f3f6f3c10"
LINE: dict[str, Any] = {"name": "API calls", "amount": 1250}
BODY: dict[str, Any] = {
    "type": "invoice",
    "customer_id": "cust_00000000000001",
    "receipt": RECEIPT,
    "line_items": [LINE, {"name": "Storage", "amount": 125, "quantity": 2}],
}
DRAFT = BODY | {"draft": "1", "sms_notify": False, "email_notify": False}


def create(
    url: str, body: Any = BODY, key: tuple[str, str] = KEY, timeout: float = 5
) -> requests.Response:
    return requests.post(f"{url}/v1/invoices", json=body, auth=key, timeout=timeout)


def call(url: str, method: str, path: str, body: Any = None) -> requests.Response:
    return requests.request(method, f"{url}/v1/invoices/{path}", json=body, auth=KEY, timeout=5)


def listed(url: str, **query: str) -> list[dict[str, Any]]:
    response = requests.get(f"{url}/v1/invoices", params=query, auth=KEY, timeout=5)
    items: list[dict[str, Any]] = response.json()["items"]
    return items


def description_of(response: requests.Response) -> str:
    error: dict[str, str] = response.json()["error"]
    return error["description"]
