"""From the transactions that QuickBooks shows to what is compared with the invoice. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from invoice_providers.amounts import stated
from invoice_providers.base import CreatedDocument
from invoice_providers.quickbooks_online.documents import entity_of, id_in_note
from invoice_shared.invoice import FormattedInvoice


def read_created(tree: Any, document: FormattedInvoice) -> CreatedDocument | None:
    """Read the answer to our own POST, which need not repeat the private note; ``None`` where it is no transaction."""
    created = read_held(tree, document)
    if created is None or tree[entity_of(document)].get("PrivateNote") is not None:
        return created
    return replace(created, invoice_id=None)


def read_held(tree: Any, document: FormattedInvoice) -> CreatedDocument | None:
    """Read a transaction that may be another's: only its private note makes it ours. ``None`` where it is none."""
    return _read(tree.get(entity_of(document)), document) if isinstance(tree, dict) else None


def read_found(tree: Any, document: FormattedInvoice) -> list[CreatedDocument] | None:
    """Read the answer to a query, those that name our invoice first; ``None`` where it is none."""
    answered = tree.get("QueryResponse") if isinstance(tree, dict) else None
    found = answered.get(entity_of(document), []) if isinstance(answered, dict) else None
    if not isinstance(found, list):
        return None
    read = [_read(each, document) for each in found]
    known = [each for each in read if each is not None]
    if len(known) < len(read):
        return None
    return sorted(known, key=lambda each: each.invoice_id != document.invoice_id)


def _read(tree: Any, document: FormattedInvoice) -> CreatedDocument | None:
    if not isinstance(tree, dict) or not isinstance(tree.get("Id"), str | int):
        return None
    currency = tree.get("CurrencyRef")
    code = currency.get("value") if isinstance(currency, dict) else None
    return CreatedDocument(
        document_id=str(tree["Id"]),
        invoice_id=id_in_note(tree.get("PrivateNote"), document),
        total=_net_total(tree),
        currency=code if isinstance(code, str) else None,
    )


def _net_total(tree: Mapping[str, Any]) -> Decimal | None:
    """Give the total without the tax that QuickBooks may have added."""
    total, detail = stated(tree.get("TotalAmt")), tree.get("TxnTaxDetail")
    tax = stated(detail.get("TotalTax")) if isinstance(detail, dict) else None
    return None if total is None else total - (tax or Decimal(0))
