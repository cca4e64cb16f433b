"""Read QuickBooks' transactions for the comparison with the invoice. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from invoice_providers.amounts import stated
from invoice_providers.base import Found, State
from invoice_providers.quickbooks_online.documents import (
    document_number,
    edited,
    entity_of,
    id_in_note,
    number_of,
)
from invoice_shared.invoice import DocumentType, FormattedInvoice

# A voided transaction remains with zero amounts and this beginning of its private note.
VOIDED = "Voided"


def read_created(tree: Any, document: FormattedInvoice) -> Found | None:
    """Return our POST's transaction, which may omit the note; ``None`` if it is not one."""
    created = read_transaction(tree, document.document_type, document.invoice_id)
    if created is None or tree[entity_of(document.document_type)].get("PrivateNote") is not None:
        return created
    return replace(created, invoice_id=None)


def read_transaction(tree: Any, document_type: DocumentType, invoice_id: str) -> Found | None:
    """Return a transaction, which is only ours if its private note says so.

    Returns ``None`` if it is not a transaction.
    """
    shown = tree.get(entity_of(document_type)) if isinstance(tree, dict) else None
    found = _read(shown, document_type, invoice_id)
    if shown is None or found is None or found.invoice_id == invoice_id:
        return found
    # The comparison reports other differences.
    return _edited(found) if shown.get("DocNumber") == number_of(invoice_id) else found


def read_query(tree: Any, document: FormattedInvoice) -> list[Found] | None:
    """Return a query's transactions; ``None`` if this is not an answer to a query."""
    answered = tree.get("QueryResponse") if isinstance(tree, dict) else None
    found = (
        answered.get(entity_of(document.document_type), []) if isinstance(answered, dict) else None
    )
    if not isinstance(found, list):
        return None
    read = [_of(each, document) for each in found]
    known = [each for each in read if each is not None]
    return known if len(known) == len(read) else None


def _of(tree: Any, document: FormattedInvoice) -> Found | None:
    """Return one transaction; note if it is ours except for an edited private note."""
    found = _read(tree, document.document_type, document.invoice_id)
    if found is None or found.invoice_id == document.invoice_id:
        return found
    facts = (tree.get("DocNumber"), found.external_customer_id, found.total, tree.get("TxnDate"))
    ours = (
        document_number(document),
        document.external_customer_id,
        document.total,
        document.issue_date.isoformat(),
    )
    return _edited(found) if facts == ours else found


def _edited(found: Found) -> Found:
    return replace(found, invoice_id=edited(found.document_id))


def _read(tree: Any, document_type: DocumentType, invoice_id: str) -> Found | None:
    if not isinstance(tree, dict) or not isinstance(tree.get("Id"), str | int):
        return None
    return Found(
        document_id=str(tree["Id"]),
        invoice_id=id_in_note(tree.get("PrivateNote"), invoice_id),
        total=_net_total(tree),
        currency=_value(tree, "CurrencyRef"),
        external_customer_id=_value(tree, "CustomerRef"),
        document_type=document_type,
        state=_state(tree),
    )


def _net_total(tree: Mapping[str, Any]) -> Decimal | None:
    """Return the total without tax that QuickBooks may have added."""
    total, detail = stated(tree.get("TotalAmt")), tree.get("TxnTaxDetail")
    tax = stated(detail.get("TotalTax")) if isinstance(detail, dict) else None
    return None if total is None else total - (tax or Decimal(0))


def _state(tree: Mapping[str, Any]) -> State | None:
    """Return the state, derived from note, total and balance, because no field names it."""
    total = stated(tree.get("TotalAmt"))
    balance = stated(tree.get("Balance"))
    note = tree.get("PrivateNote")
    if total == 0 and isinstance(note, str) and note.startswith(VOIDED):
        return "void"
    if total is None or balance is None:
        return None
    return "paid" if total > 0 and balance == 0 else "open"


def _value(tree: Mapping[str, Any], reference: str) -> str | None:
    referred = tree.get(reference)
    value = referred.get("value") if isinstance(referred, dict) else None
    return value if isinstance(value, str) else None
