"""How an invoice of ours is named at QuickBooks Online: entity, document number, private note,
request id.

Pure.
"""

import hashlib
import re
from typing import Literal

from invoice_providers.wording import clean, cut, memo
from invoice_shared.invoice import DocumentType, FormattedInvoice

Entity = Literal["Invoice", "CreditMemo"]

# Characters of a DocNumber. 21 digits of a random UUID hold 78 random bits: among a million
# invoices two share them with a chance of two in a trillion, and then the private note tells them
# apart.
MAX_NUMBER = 21
MAX_PRIVATE_NOTE = 4000
MAX_REQUEST_ID = 50
# Left out of a document number: it stands in a query between quotes.
NOT_A_NUMBER = re.compile(r"[^0-9A-Za-z]")


def entity_of(document_type: DocumentType) -> Entity:
    """Return QuickBooks' name for the kind of transaction."""
    return "CreditMemo" if document_type == "credit_memo" else "Invoice"


def document_number(document: FormattedInvoice) -> str:
    """Return the number that a document is sent with."""
    return number_of(document.invoice_id)


def number_of(invoice_id: str) -> str:
    """Return as much of an invoice id as a document number holds."""
    return NOT_A_NUMBER.sub("", invoice_id)[:MAX_NUMBER]


def private_note(document: FormattedInvoice, addition: str) -> str:
    """Give the note that only the accountant sees: the whole invoice id first, then what
    EXTRA_FIELDS adds.
    """
    return cut(
        "\n".join(part for part in (memo(document), clean(addition)) if part), MAX_PRIVATE_NOTE
    )


def id_in_note(note: object, invoice_id: str) -> str:
    """Return the invoice id, if it stands anywhere in a private note; else words that say so."""
    return invoice_id if isinstance(note, str) and invoice_id in note else "not in its private note"


def edited(document_id: str) -> str:
    """Return words for the id of a transaction that has our number, customer, total and date, but
    another note.
    """
    return f"gone (somebody edited the note of {document_id}: put the id back into it)"


def request_id(invoice_id: str, generation: str) -> str:
    """Return what makes a repeated POST harmless, whatever its body.

    A changed body within the life of the id meets the first answer, and the comparison finds the
    difference. Whether QuickBooks repeats a refusal is not documented, so a replay after a definite
    one brings another generation.
    """
    return hashlib.sha256(f"{invoice_id}{generation}".encode()).hexdigest()[:MAX_REQUEST_ID]
