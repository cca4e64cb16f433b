"""Read NetSuite's records for the comparison with the invoice. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from invoice_providers.amounts import stated
from invoice_providers.base import Found, State
from invoice_providers.netsuite.payload import Options
from invoice_shared.invoice import DocumentType

# By id or name of a status, in lower case. Public fixtures show both letters and names as ``id``.
STATES: dict[str, State] = {
    "a": "open",
    "open": "open",
    "b": "paid",
    "paid in full": "paid",
    "fully applied": "paid",
    # Neither is posted, and both keep the external id.
    "d": "draft",
    "pending approval": "draft",
    "e": "draft",
    "rejected": "draft",
    "v": "void",
    "voided": "void",
}


def read_record(tree: Any, document_type: DocumentType, options: Options) -> Found | None:
    """Return the record in an answer to a GET; ``None`` if it is not one.

    The total excludes tax that NetSuite may have added.
    """
    if not isinstance(tree, dict) or not isinstance(tree.get("id"), str | int):
        return None
    external_id = tree.get("externalId")
    return Found(
        document_id=str(tree["id"]),
        invoice_id=external_id if isinstance(external_id, str) else None,
        total=_net_total(tree, document_type),
        currency=_shown_currency(tree, options),
        external_customer_id=_text(_part(tree, "entity").get("id")),
        document_type=document_type,
        state=_state(_part(tree, "status")),
    )


def named(found: Found, invoice_id: str) -> Found:
    """Return a record with our spelling of the invoice id: NetSuite ignores its case."""
    is_ours = found.invoice_id is not None and found.invoice_id.lower() == invoice_id.lower()
    return replace(found, invoice_id=invoice_id) if is_ours else found


def _net_total(tree: Mapping[str, Any], document_type: DocumentType) -> Decimal | None:
    total, *taxes = (stated(tree.get(name)) for name in ("total", "taxTotal", "tax2Total"))
    if total is None:
        return None
    net = total - sum((tax for tax in taxes if tax is not None), Decimal(0))
    # Reports show a credit memo's total as negative, the record itself as positive.
    return abs(net) if document_type == "credit_memo" else net


def _shown_currency(tree: Mapping[str, Any], options: Options) -> str | None:
    """Return the ISO code.

    Without NS_CURRENCY_IDS, NetSuite's own ids and names cannot be compared.
    """
    shown = tree.get("currency")
    if options.currency_ids is None or not isinstance(shown, dict):
        return None
    codes = {internal: code for code, internal in options.currency_ids.items()}
    return codes.get(
        str(shown.get("id")), f"{shown.get('refName')} (internal id {shown.get('id')})"
    )


def _state(status: Mapping[str, Any]) -> State | None:
    named = (str(status.get(name) or "").strip().lower() for name in ("id", "refName"))
    return next((STATES[name] for name in named if name in STATES), None)


def _part(tree: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = tree.get(name)
    return part if isinstance(part, dict) else {}


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
