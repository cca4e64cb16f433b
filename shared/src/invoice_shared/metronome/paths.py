"""The paths of Metronome's API. Pure.

They are from docs.metronome.com/openapi.json. ``STATUS`` works and is not in that file.
"""

from urllib.parse import quote

CUSTOMERS = "/v1/customers"
STATUS = "/v1/invoices/billingProvider"
# Version 2 answers with the current contract; version 1 adds the original.
CONTRACT = "/v2/contracts/get"


def customer(customer_id: str) -> str:
    """Return the path of one customer."""
    return f"{CUSTOMERS}/{_segment(customer_id)}"


def invoices(customer_id: str) -> str:
    """Return the path of a customer's invoices."""
    return f"{customer(customer_id)}/invoices"


def invoice(customer_id: str, invoice_id: str) -> str:
    """Return the path of one invoice."""
    return f"{invoices(customer_id)}/{_segment(invoice_id)}"


def _segment(text: str) -> str:
    return quote(text, safe="")
