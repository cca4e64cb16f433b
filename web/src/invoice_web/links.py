"""Links to an invoice's documents at the providers, and to its customer in Metronome. Pure."""

from collections.abc import Iterable
from typing import Any, cast
from urllib.parse import quote

from invoice_providers.names import destinations
from invoice_providers.registry import provider_of
from invoice_shared.invoice import DocumentType
from invoice_shared.outcome import Outcome

METRONOME = "https://app.metronome.com/customers/"


def links(documents: Iterable[Outcome], customer_id: str | None) -> list[dict[str, Any]]:
    """Return the links, each with a description."""
    found = [
        {"what": _name(each), "url": url} for each in documents if (url := _page(each)) is not None
    ]
    if customer_id:
        found.append(
            {"what": "the customer in Metronome", "url": METRONOME + quote(customer_id, safe="")}
        )
    return found


def _name(document: Outcome) -> str:
    return f"{document.destination} {document.provider_document_id}"


def _page(document: Outcome) -> str | None:
    if document.provider_document_id is None or document.destination not in destinations():
        return None
    kind = cast("DocumentType", document.document_type or "invoice")
    return provider_of(document.destination).page(
        document.provider_document_id, kind, document.account
    )
