"""Further questions about an invoice: who pays for it, and which invoice contains it.

Pure.

Shapes are from docs.metronome.com/openapi.json. A contract is read by POST; there is no GET.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from invoice_shared import serde
from invoice_shared.metronome import paths

# Metronome's largest page.
PAGE = 100


@dataclass(frozen=True, slots=True)
class Question:
    """A call that changes nothing: a POST if it has a ``body``, else a GET."""

    customer_id: str
    path: str
    body: bytes | None = None


def contract(customer_id: str, contract_id: str) -> Question:
    """Ask for a contract; its ``data.hierarchy_configuration`` says who pays."""
    body = serde.dumps({"customer_id": customer_id, "contract_id": contract_id})
    return Question(customer_id, paths.CONTRACT, body)


def customer(customer_id: str) -> Question:
    """Ask for a customer; its ``data.custom_fields`` say where it is billed."""
    return Question(customer_id, paths.customer(customer_id))


def consolidated_invoices(customer_id: str, cursor: str | None = None) -> Question:
    """Ask for a page of a customer's consolidated invoices of every status, newest first."""
    query = {"type": "USAGE_CONSOLIDATED", "sort": "date_desc", "limit": str(PAGE)}
    more = {"next_page": cursor} if cursor else {}
    return Question(customer_id, f"{paths.invoices(customer_id)}?{urlencode(query | more)}")
