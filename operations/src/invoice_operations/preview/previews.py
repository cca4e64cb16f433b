"""Preview an invoice with the real mapping and payload, without sending anything.

Pure.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from invoice_formatter.mapping.document import map_billing
from invoice_formatter.mapping.hierarchy.billing import Billing, billing_of
from invoice_formatter.mapping.hierarchy.steps import Step, run
from invoice_formatter.mapping.metronome_invoice import MetronomeInvoice, parse_invoice
from invoice_formatter.mapping.rules import MappingRules
from invoice_formatter.mapping.skip import Skip
from invoice_operations.settings import ReadsSettings
from invoice_providers.registry import provider_of
from invoice_shared.errors import Rejected
from invoice_shared.failure import Stage
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.metronome.questions import Question
from invoice_shared.serde import to_tree

# See ``metronome_reader.MetronomeReader.ask``.
Ask = Callable[[Question], Any]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would become of an invoice; ``stage``, ``code`` and ``reason`` if not created.

    ``payload`` is the body for the provider, with amounts as numbers.
    """

    result: Literal["created", "skipped", "failed"] = "created"
    stage: Stage | None = None
    code: str | None = None
    reason: str | None = None
    notes: tuple[str, ...] = ()
    document: FormattedInvoice | None = None
    payload: dict[str, Any] | None = None

    def in_words(self) -> str:
        """Return the result as a sentence.

        The provider was not asked, so it may still refuse the document.
        """
        if self.result == "created" and self.document is not None:
            return (
                f"It would be sent; {provider_of(self.document.destination).title} was not asked."
            )
        would = "fail" if self.result == "failed" else "be skipped"
        return f"It would {would} ({self.stage}, {self.code}): {self.reason}"

    def tree(self) -> dict[str, Any]:
        """Return the preview as a JSON tree."""
        shown = {field.name: getattr(self, field.name) for field in fields(self)}
        return shown | {"document": to_tree(self.document) if self.document else None}


def preview(
    answer: Any, rules: MappingRules, settings: ReadsSettings, ask: Ask, *, force: bool
) -> Preview:
    """Preview Metronome's ``answer``, an object with the invoice as ``data``, or the bare invoice.

    ``settings`` reads the provider's settings, ``ask`` asks who pays in a hierarchy. Raises what
    ``ask`` raises, except ``Rejected``.
    """
    try:
        billing = billing_now(parse_invoice(as_answer(answer)), rules, ask)
    except Rejected as refused:
        return _failed("formatter", refused)
    return preview_billing(billing, rules, settings, force=force)


def billing_now(invoice: MetronomeInvoice, rules: MappingRules, ask: Ask) -> Billing:
    """Return whom an invoice is billed to, without waiting for a consolidated invoice.

    Raises what ``ask`` raises.
    """

    def told(step: Step[Any]) -> Any:
        return step.read(ask(step.question))

    return run(billing_of(invoice, rules), told)


def preview_billing(
    billing: Billing, rules: MappingRules, settings: ReadsSettings, *, force: bool
) -> Preview:
    """Preview an invoice whose billed customer is known."""
    try:
        mapped = map_billing(billing, rules, forced=force)
    except Rejected as refused:
        return _failed("formatter", refused)
    if isinstance(mapped, Skip):
        return Preview("skipped", "formatter", mapped.code, mapped.reason)
    shown = Preview(notes=tuple(mapped.notes), document=mapped.document)
    try:
        provider = provider_of(mapped.document.destination)
        return replace(
            shown, payload=provider.preview(mapped.document, settings(provider.settings))
        )
    except Rejected as refused:
        return replace(
            shown, result="failed", stage="creator", code=refused.code, reason=refused.reason
        )


def _failed(stage: Stage, refused: Rejected) -> Preview:
    return Preview("failed", stage, refused.code, refused.reason)


def as_answer(tree: Any) -> Any:
    """Return an invoice, bare or not, in the shape of Metronome's answer."""
    return tree if isinstance(tree, dict) and "data" in tree else {"data": tree}
