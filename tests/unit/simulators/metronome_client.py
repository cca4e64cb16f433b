"""A simple client of Metronome's API, and one invoice."""

from typing import Any

import requests

KEY = {"Authorization": "Bearer simulated-metronome-key"}
INVOICE_ID = "0b9d6a8e-3d1c-4d2f-9a41-5a4f3f6f3c10"
CUSTOMER_ID = "5f794d50-085a-4db6-8d15-286e518b7225"
USD = {"id": "2714e483-4ff1-48e4-9e25-ac732e8f24f2", "name": "USD (cents)"}
INVOICE: dict[str, Any] = {
    "id": INVOICE_ID,
    "customer_id": CUSTOMER_ID,
    "credit_type": USD,
    "status": "FINALIZED",
    "type": "USAGE",
    "total": 1250,
    "issued_at": "2026-11-02T06:00:00.000Z",
    "start_timestamp": "2026-10-01T00:00:00.000Z",
    "end_timestamp": "2026-11-01T00:00:00.000Z",
    "line_items": [{"name": "API calls", "type": "usage", "total": 1250, "credit_type": USD}],
}


def read_invoice(
    url: str, customer_id: str = CUSTOMER_ID, invoice_id: str = INVOICE_ID
) -> requests.Response:
    return requests.get(
        f"{url}/v1/customers/{customer_id}/invoices/{invoice_id}", headers=KEY, timeout=5
    )


def list_invoices(url: str, **query: str) -> requests.Response:
    return requests.get(
        f"{url}/v1/customers/{CUSTOMER_ID}/invoices", headers=KEY, params=query, timeout=5
    )


def write_back(url: str, body: Any, timeout: float = 5) -> requests.Response:
    return requests.post(
        f"{url}/v1/invoices/billingProvider", headers=KEY, json=body, timeout=timeout
    )
