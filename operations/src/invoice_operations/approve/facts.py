"""The facts of a held record that an approval is limited to. Pure."""

from typing import Any

from invoice_shared.errors import MalformedRecord
from invoice_shared.failure import InvoiceFailure
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.original import as_bytes
from invoice_shared.serde import from_bytes

HELD = "held-for-approval"


def approved_facts(failure: InvoiceFailure) -> dict[str, Any] | None:
    """Return the fields of the ``approve`` decision; ``None`` if the failure lacks its record."""
    try:
        original = failure.original
        held = from_bytes(FormattedInvoice, as_bytes(original.value, original.encoding))
    except MalformedRecord:
        return None
    return {
        "total": held.signed_total,
        "currency": held.currency,
        "destination": held.destination,
        "external_customer_id": held.external_customer_id,
    }
