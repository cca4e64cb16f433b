"""What would become of an invoice: the mapping and the provider's payload, without sending anything. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from invoice_formatter.mapping.document import map_invoice
from invoice_formatter.mapping.metronome_invoice import parse_invoice
from invoice_formatter.mapping.rules import MappingRules
from invoice_formatter.mapping.skips import Skip
from invoice_providers.netsuite import payload as netsuite
from invoice_providers.netsuite.settings import NetSuiteSettings
from invoice_providers.netsuite.setup import options
from invoice_providers.quickbooks_online import payload as quickbooks_online
from invoice_providers.razorpay import payload as razorpay
from invoice_shared.errors import Rejected
from invoice_shared.invoice import Destination, FormattedInvoice

Build = Callable[[FormattedInvoice], dict[str, Any]]


def preview(answer: Any, rules: MappingRules, settings: NetSuiteSettings, *, force: bool) -> dict[str, Any]:
    """Preview Metronome's ``answer``, an object with the invoice as ``data``, or the bare invoice.

    Give ``result`` (``created``, ``skipped`` or ``failed``) and why, the document, the notes and the payload."""
    shown: dict[str, Any] = {"result": "created", "stage": None, "code": None, "reason": None}
    shown |= {"notes": [], "document": None, "payload": None}
    try:
        mapped = map_invoice(parse_invoice(_as_answer(answer)), rules, forced=force)
    except Rejected as refused:
        return shown | _failed("formatter", refused)
    if isinstance(mapped, Skip):
        return shown | {"result": "skipped", "stage": "formatter", "code": mapped.code, "reason": mapped.reason}
    shown |= {"notes": list(mapped.notes), "document": mapped.document.model_dump()}
    try:
        return shown | {"payload": builders(settings)[mapped.document.destination](mapped.document)}
    except Rejected as refused:
        return shown | _failed("creator", refused)


def _as_answer(tree: Any) -> Any:
    return tree if isinstance(tree, dict) and "data" in tree else {"data": tree}


def builders(settings: NetSuiteSettings) -> Mapping[Destination, Build]:
    """Give each provider's payload builder."""
    return {
        "netsuite": lambda document: netsuite.build_body(document, options(settings)),
        "quickbooks_online": quickbooks_online.build_body,
        "razorpay": razorpay.build_body,
    }


def _failed(stage: str, refused: Rejected) -> dict[str, Any]:
    return {"result": "failed", "stage": stage, "code": refused.code, "reason": refused.reason}
