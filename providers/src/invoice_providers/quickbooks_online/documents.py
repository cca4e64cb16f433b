"""An invoice's names at QuickBooks: entity, document number, private note, request id.

Pure.
"""

import hashlib
import re
from typing import Literal

from invoice_providers.messages import clean, cut, memo
from invoice_shared.invoice import DocumentType, FormattedInvoice

Entity = Literal["Invoice", "CreditMemo"]

# Characters of a DocNumber. 21 digits of a random UUID contain 78 random bits: among a million
# invoices, two share them with a probability of two in a trillion, and then the private note
# distinguishes them.
MAX_NUMBER = 21
MAX_PRIVATE_NOTE = 4000
MAX_REQUEST_ID = 50
# Removed from a document number, which queries quote.
NOT_A_NUMBER = re.compile(r"[^0-9A-Za-z]")


def entity_of(document_type: DocumentType) -> Entity:
    """Return QuickBooks' name for the type of transaction."""
    return "CreditMemo" if document_type == "credit_memo" else "Invoice"


def document_number(document: FormattedInvoice) -> str:
    """Return the number of a document."""
    return number_of(document.invoice_id)


def number_of(invoice_id: str) -> str:
    """Return as much of an invoice id as fits in a document number."""
    return NOT_A_NUMBER.sub("", invoice_id)[:MAX_NUMBER]


def private_note(document: FormattedInvoice, addition: str) -> str:
    """Return the accountant's note: the whole invoice id, then what EXTRA_FIELDS adds."""
    return cut(
        "\n".join(part for part in (memo(document), clean(addition)) if part), MAX_PRIVATE_NOTE
    )


def id_in_note(note: object, invoice_id: str) -> str:
    """Return the invoice id if a private note contains it, else a text that says not."""
    return invoice_id if isinstance(note, str) and invoice_id in note else "not in its private note"


def edited(document_id: str) -> str:
    """Return a text instead of the invoice id of our transaction whose note was edited."""
    return f"gone (somebody edited the note of {document_id}: put the id back into it)"


def request_id(invoice_id: str, generation: str) -> str:
    """Return the id that makes a repeated POST harmless, whatever its body.

    A changed body with the same id gets the first answer, and the comparison finds the difference.
    It is not documented whether QuickBooks repeats a refusal, so a replay after a definite one uses
    another generation.
    """
    return hashlib.sha256(f"{invoice_id}{generation}".encode()).hexdigest()[:MAX_REQUEST_ID]
