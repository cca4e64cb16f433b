"""What would become of an invoice: the mapping and the provider's payload, without sending anything. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

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
from invoice_shared.failure import Stage
from invoice_shared.invoice import Destination, FormattedInvoice

Build = Callable[[FormattedInvoice], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would become of an invoice, and at which ``stage`` and why if it is not created.

    ``payload`` is the body that the provider would get; its amounts are numbers there.
    """

    result: Literal["created", "skipped", "failed"] = "created"
    stage: Stage | None = None
    code: str | None = None
    reason: str | None = None
    notes: tuple[str, ...] = ()
    document: FormattedInvoice | None = None
    payload: dict[str, Any] | None = None

    def tree(self) -> dict[str, Any]:
        """Return it as a JSON tree."""
        shown = {field.name: getattr(self, field.name) for field in fields(self)}
        return shown | {"document": self.document.model_dump() if self.document else None}


def preview(answer: Any, rules: MappingRules, settings: NetSuiteSettings, *, force: bool) -> Preview:
    """Preview Metronome's ``answer``, an object with the invoice as ``data``, or the bare invoice."""
    try:
        mapped = map_invoice(parse_invoice(_as_answer(answer)), rules, forced=force)
    except Rejected as refused:
        return Preview("failed", "formatter", refused.code, refused.reason)
    if isinstance(mapped, Skip):
        return Preview("skipped", "formatter", mapped.code, mapped.reason)
    shown = Preview(notes=tuple(mapped.notes), document=mapped.document)
    try:
        return replace(shown, payload=builders(settings)[mapped.document.destination](mapped.document))
    except Rejected as refused:
        return replace(shown, result="failed", stage="creator", code=refused.code, reason=refused.reason)


def _as_answer(tree: Any) -> Any:
    return tree if isinstance(tree, dict) and "data" in tree else {"data": tree}


def builders(settings: NetSuiteSettings) -> Mapping[Destination, Build]:
    """Give each provider's payload builder."""
    return {
        "netsuite": lambda document: netsuite.build_body(document, options(settings)),
        "quickbooks_online": quickbooks_online.build_body,
        "razorpay": razorpay.build_body,
    }
