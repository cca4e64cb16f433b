"""From the record that NetSuite shows to what is compared with the invoice. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from invoice_providers.amounts import stated
from invoice_providers.base import CreatedDocument
from invoice_providers.netsuite.payload import Options
from invoice_shared.invoice import FormattedInvoice


def read_record(tree: Any, document: FormattedInvoice, options: Options) -> CreatedDocument | None:
    """Read what a GET showed; ``None`` where it is no record. The total is net of tax that NetSuite may have added."""
    if not isinstance(tree, dict) or not isinstance(tree.get("id"), str | int):
        return None
    external_id = tree.get("externalId")
    return CreatedDocument(
        document_id=str(tree["id"]),
        invoice_id=external_id if isinstance(external_id, str) else None,
        total=_net_total(tree, document),
        currency=_shown_currency(tree, options),
    )


def _net_total(tree: Mapping[str, Any], document: FormattedInvoice) -> Decimal | None:
    total, *taxes = (stated(tree.get(name)) for name in ("total", "taxTotal", "tax2Total"))
    if total is None:
        return None
    net = total - sum((tax for tax in taxes if tax is not None), Decimal(0))
    # Reports show a credit memo as negative, the record itself as positive: either is the same memo.
    return abs(net) if document.document_type == "credit_memo" else net


def _shown_currency(tree: Mapping[str, Any], options: Options) -> str | None:
    """Give the ISO code. Without NS_CURRENCY_IDS NetSuite's own ids and names say nothing that could be compared."""
    shown = tree.get("currency")
    if options.currency_ids is None or not isinstance(shown, dict):
        return None
    codes = {internal: code for code, internal in options.currency_ids.items()}
    return codes.get(str(shown.get("id")), f"{shown.get('refName')} (internal id {shown.get('id')})")
