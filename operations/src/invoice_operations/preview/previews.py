"""What would become of an invoice: the mapping and the provider's payload, without sending anything. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from invoice_formatter.mapping.document import map_billing
from invoice_formatter.mapping.hierarchy.billing import billing_of
from invoice_formatter.mapping.hierarchy.steps import Step, run
from invoice_formatter.mapping.metronome_invoice import parse_invoice
from invoice_formatter.mapping.rules import MappingRules
from invoice_formatter.mapping.skip import Skip
from invoice_operations.settings import ReadsSettings
from invoice_providers.registry import provider_of
from invoice_shared.errors import Rejected
from invoice_shared.failure import Stage
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.metronome.questions import Question

Ask = Callable[[Question], Any]
"""See ``metronome_reader.MetronomeReader.ask``."""


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


def preview(answer: Any, rules: MappingRules, settings: ReadsSettings, ask: Ask, *, force: bool) -> Preview:
    """Preview Metronome's ``answer``, an object with the invoice as ``data``, or the bare invoice.

    ``settings`` is asked for those of the provider that the invoice goes to, ``ask`` for who pays in a hierarchy.
    Raises what ``ask`` raises, but for ``Rejected``.
    """

    def told(step: Step[Any]) -> Any:  # at once: whoever previews does not wait for a consolidated invoice
        return step.read(ask(step.question))

    try:
        billing = run(billing_of(parse_invoice(_as_answer(answer)), rules), told)
        mapped = map_billing(billing, rules, forced=force)
    except Rejected as refused:
        return Preview("failed", "formatter", refused.code, refused.reason)
    if isinstance(mapped, Skip):
        return Preview("skipped", "formatter", mapped.code, mapped.reason)
    shown = Preview(notes=tuple(mapped.notes), document=mapped.document)
    try:
        provider = provider_of(mapped.document.destination)
        return replace(shown, payload=provider.preview(mapped.document, settings(provider.settings)))
    except Rejected as refused:
        return replace(shown, result="failed", stage="creator", code=refused.code, reason=refused.reason)


def _as_answer(tree: Any) -> Any:
    return tree if isinstance(tree, dict) and "data" in tree else {"data": tree}
