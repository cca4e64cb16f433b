"""From the transactions that QuickBooks shows to what is compared with the invoice. Pure."""

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

# A voided transaction stays, with zero amounts, and its private note begins so.
VOIDED = "Voided"


def read_created(tree: Any, document: FormattedInvoice) -> Found | None:
    """Return what our own POST made, which need not repeat the private note; ``None`` if it is not
    a transaction.
    """
    created = read_transaction(tree, document.document_type, document.invoice_id)
    if created is None or tree[entity_of(document.document_type)].get("PrivateNote") is not None:
        return created
    return replace(created, invoice_id=None)


def read_transaction(tree: Any, document_type: DocumentType, invoice_id: str) -> Found | None:
    """Return a transaction that may be another's: only its private note makes it ours.

    ``None`` if it is not one.
    """
    shown = tree.get(entity_of(document_type)) if isinstance(tree, dict) else None
    found = _read(shown, document_type, invoice_id)
    if shown is None or found is None or found.invoice_id == invoice_id:
        return found
    # What else differs, the comparison says.
    return _edited(found) if shown.get("DocNumber") == number_of(invoice_id) else found


def read_query(tree: Any, document: FormattedInvoice) -> list[Found] | None:
    """Return what a query found; ``None`` if this is not the answer to one."""
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
    """Read one that a query found; one that is ours but for its note says that somebody edited the
    note.
    """
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
    """Return the total without the tax that QuickBooks may have added."""
    total, detail = stated(tree.get("TotalAmt")), tree.get("TxnTaxDetail")
    tax = stated(detail.get("TotalTax")) if isinstance(detail, dict) else None
    return None if total is None else total - (tax or Decimal(0))


def _state(tree: Mapping[str, Any]) -> State | None:
    """Return the state, which no field names: a void shows in note and total, a payment in the
    balance.
    """
    total, balance, note = (
        stated(tree.get("TotalAmt")),
        stated(tree.get("Balance")),
        tree.get("PrivateNote"),
    )
    if total == 0 and isinstance(note, str) and note.startswith(VOIDED):
        return "void"
    if total is None or balance is None:
        return None
    return "paid" if total > 0 and balance == 0 else "open"


def _value(tree: Mapping[str, Any], reference: str) -> str | None:
    referred = tree.get(reference)
    value = referred.get("value") if isinstance(referred, dict) else None
    return value if isinstance(value, str) else None
