"""Read a page of consolidated invoices. Pure."""

from dataclasses import dataclass
from typing import Any

from invoice_shared.errors import Rejected
from invoice_shared.serde import text_of


@dataclass(frozen=True, slots=True)
class ConsolidatedPage:
    """``containing`` maps constituents to consolidated invoices.

    ``cursor`` is null on the last page.
    """

    containing: dict[str, str]
    cursor: str | None


def page_in(answer: Any) -> ConsolidatedPage:
    """Return a page. Raises ``Rejected("payer-not-decided")``."""
    invoices = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(invoices, list):
        raise Rejected(
            "payer-not-decided",
            "Metronome's list of consolidated invoices cannot be read, so it is unknown whether one"
            " of them contains this invoice: check the list in Metronome, and replay.",
        )
    containing = {
        constituent: consolidated
        for invoice in invoices
        if (consolidated := text_of(invoice, "id"))
        for constituent in constituents_of(invoice)
    }
    return ConsolidatedPage(containing, text_of(answer, "next_page"))


def constituents_of(invoice: dict[str, Any]) -> list[str]:
    """Return the invoices that a consolidated one contains; a void one bills nobody."""
    listed = invoice.get("constituent_invoices")
    if invoice.get("status") == "VOID" or not isinstance(listed, list):
        return []
    return [invoice_id for each in listed if (invoice_id := text_of(each, "invoice_id"))]
