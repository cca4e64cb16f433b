"""Judge whether an invoice would become a document, by the real mapping and payload."""

from dataclasses import dataclass, field, replace
from typing import Any

from invoice_formatter.mapping.metronome_invoice import MetronomeInvoice, parse_invoice
from invoice_formatter.mapping.routing import named_destination
from invoice_formatter.mapping.rules import MappingRules
from invoice_operations.amounts import stated_money
from invoice_operations.preview.previews import (
    Ask,
    Preview,
    as_answer,
    billing_now,
    preview_billing,
)
from invoice_operations.readiness.judged import Judged, State
from invoice_operations.readiness.obstacle import Obstacle, creators_obstacle, formatters_obstacles
from invoice_operations.readiness.references import Reference, references_of
from invoice_operations.settings import ReadsSettings
from invoice_providers.registry import provider_of
from invoice_shared.errors import Rejected
from invoice_shared.failure import Code
from invoice_shared.settings import AnySettings, InvalidSettings

NOT_CONFIGURED: Code = "destination-not-configured"


@dataclass(slots=True)
class Accounts:
    """The providers' settings in this environment.

    Thread-safe: at worst, a block is read several times at once.
    """

    settings: ReadsSettings
    _blocks: dict[type[Any], Any] = field(default_factory=dict)

    def __call__(self, settings_class: type[AnySettings], /) -> AnySettings:
        """Return a provider's settings. Raises ``Rejected``."""
        if settings_class not in self._blocks:
            self._blocks[settings_class] = self._read(settings_class)
        if isinstance(found := self._blocks[settings_class], str):
            raise Rejected(NOT_CONFIGURED, found)
        block: AnySettings = found
        return block

    def _read(self, settings_class: type[AnySettings]) -> AnySettings | str:
        """Return the settings, or why they are invalid."""
        try:
            return self.settings(settings_class)
        except InvalidSettings as invalid:
            return " ".join(invalid.problems)

    def check(self, destination: str) -> None:
        """Raise ``Rejected`` unless the provider is set up here."""
        provider = provider_of(destination)
        if not provider.is_configured(self(provider.settings)):
            raise Rejected(
                NOT_CONFIGURED,
                f"{provider.title} is not set up here: set its settings, or correct the customer's"
                " destination.",
            )


@dataclass(frozen=True, slots=True)
class Judge:
    """Pure, apart from asking Metronome who pays in an account hierarchy."""

    rules: MappingRules
    accounts: Accounts
    ask: Ask

    def judge(self, customer_id: str, invoice_id: str, answer: Any) -> Judged:
        """Judge Metronome's answer for a finalized invoice.

        Raises what ``ask`` raises, except ``Rejected``.
        """
        try:
            invoice = parse_invoice(as_answer(answer))
        except Rejected as refused:
            shape = Obstacle(refused.code, "invoice", invoice_id, refused.reason)
            return Judged(invoice_id, customer_id, "fails", obstacles=(shape,))
        billing = billing_now(invoice, self.rules, self.ask)
        seen = preview_billing(billing, self.rules, self.accounts, force=False)
        if seen.result == "skipped":
            return self._about(billing.invoice, "skipped")
        found = self._obstacles(billing.invoice, seen)
        state: State = "fails" if found else "ready"
        about = self._about(billing.invoice, state)
        return replace(about, obstacles=found, references=self._references(seen))

    def _about(self, invoice: MetronomeInvoice, state: State) -> Judged:
        total, currency = stated_money(invoice.total, invoice.credit_type)
        destination = named_destination(invoice, self.rules)
        return Judged(invoice.id, invoice.customer_id, state, destination, currency, total)

    def _obstacles(self, invoice: MetronomeInvoice, seen: Preview) -> tuple[Obstacle, ...]:
        document, code, reason = seen.document, seen.code or "", seen.reason or ""
        if document is None:
            return formatters_obstacles(invoice, self.rules, code, reason)
        try:
            self.accounts.check(document.destination)
        except Rejected as refused:
            return (creators_obstacle(document, refused.code, refused.reason),)
        return (creators_obstacle(document, code, reason),) if seen.result == "failed" else ()

    def _references(self, seen: Preview) -> tuple[Reference, ...]:
        return () if seen.document is None else references_of(seen.document)
