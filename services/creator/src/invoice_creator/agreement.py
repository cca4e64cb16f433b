"""Is the document that the provider holds the one that this invoice asks for? Pure."""

from invoice_providers.base import Found
from invoice_shared.errors import Rejected
from invoice_shared.invoice import FormattedInvoice


def agreed(document: FormattedInvoice, found: Found) -> Found:
    """Return ``found`` if id, total and currency agree, as far as it shows them.

    Raises ``Rejected("conflicting-document")``, which names what differs.
    """
    differences = [
        f"its {what} is {theirs} instead of {ours}"
        for what, ours, theirs in (
            ("invoice id", document.invoice_id, found.invoice_id),
            ("total", document.total, found.total),
            ("currency", document.currency, found.currency),
        )
        if theirs is not None and theirs != ours
    ]
    if differences:
        raise Rejected(
            "conflicting-document",
            f"Document {found.document_id} already stands under this invoice's id, but {' and '.join(differences)}. "
            "Nothing was changed. Correct or remove that document, or resolve the invoice by hand.",
        )
    return found
