"""Decide how one raw record ends. Calls Metronome, and publishes nothing."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from invoice_formatter.fetching import NotFetched
from invoice_formatter.mapping.document import Origin, map_billing
from invoice_formatter.mapping.hierarchy.billing import Billing, billing_of
from invoice_formatter.mapping.hierarchy.steps import Steps
from invoice_formatter.mapping.known_outcome import known_outcome
from invoice_formatter.mapping.metronome_invoice import MetronomeInvoice, parse_invoice
from invoice_formatter.mapping.rules import MappingRules
from invoice_formatter.mapping.skip import Skip
from invoice_formatter.results import Failed, Formatted, Settlement, Skipped
from invoice_shared import serde
from invoice_shared.clock import Clock
from invoice_shared.errors import MalformedRecord, Rejected
from invoice_shared.filing import About, failed_outcome, failure_of
from invoice_shared.headers import is_forced
from invoice_shared.invoice import RawInvoice
from invoice_shared.outcome import Outcome
from invoice_shared.record import Record
from invoice_shared.tracing import outgoing_headers

# ``PatientFetch.fetch``: customer id, invoice id → the API's response; raises only ``NotFetched``.
Fetch = Callable[[str, str], Awaitable[Any]]
# ``PatientAsking.run``: steps, invoice id → their result.
RunSteps = Callable[[Steps[Billing], str], Awaitable[Billing]]


class InvoiceHandler:
    """Decides how records end. Repeatable: the same record and invoice end the same way."""

    def __init__(
        self, fetch: Fetch, run_steps: RunSteps, rules: MappingRules, clock: Clock
    ) -> None:
        self._fetch = fetch
        self._run_steps = run_steps
        self._rules = rules
        self._clock = clock

    async def handle(self, record: Record) -> Settlement:
        """Decide how a record ends.

        Never raises for bad data; waits while Metronome is down.
        """
        try:
            raw = serde.from_bytes(RawInvoice, record.value)
        except MalformedRecord as error:
            return self._failed(record, error)
        try:
            invoice = parse_invoice(await self._fetch(raw.customer_id, raw.invoice_id))
            _check_identity(invoice, raw)
        except NotFetched as error:
            return self._failed(record, error.why, self._known(raw), error.attempts)
        except Rejected as error:
            return self._failed(record, error, self._known(raw))
        billing = await self._run_steps(billing_of(invoice, self._rules), invoice.id)
        return self._settle(record, raw, billing)

    def refuse(self, record: Record, settlement: Formatted, error: Rejected) -> Failed:
        """Return the failure of a record whose document could not be published."""
        return self._failed(record, error, settlement.known())

    def _settle(self, record: Record, raw: RawInvoice, billing: Billing) -> Settlement:
        known = partial(self._known_of, raw, billing)
        origin = Origin(
            finalized_at=raw.finalized_at, received_at=raw.received_at, source=raw.source
        )
        try:
            mapped = map_billing(
                billing, self._rules, origin=origin, forced=is_forced(record.headers)
            )
        except Rejected as error:
            return self._failed(record, error, known())
        headers = outgoing_headers(record.headers)
        if isinstance(mapped, Skip):
            skipped = {"outcome": "skipped", "code": mapped.code, "reason": mapped.reason}
            return Skipped(mapped.code, known().model_copy(update=skipped), headers)
        return Formatted(mapped.document, known, headers)

    def _known_of(self, raw: RawInvoice, billing: Billing) -> Outcome:
        return known_outcome(self._known(raw), billing.invoice, self._rules)

    def _known(self, raw: RawInvoice) -> Outcome:
        return Outcome(
            invoice_id=raw.invoice_id,
            customer_id=raw.customer_id,
            outcome="failed",
            stage="formatter",
            finalized_at=raw.finalized_at,
            received_at=raw.received_at,
            settled_at=self._clock.now(),
        )

    def _failed(
        self,
        record: Record,
        error: Rejected | MalformedRecord,
        known: Outcome | None = None,
        attempts: int = 1,
    ) -> Failed:
        about = About(known.invoice_id, known.customer_id, known.destination) if known else About()
        failure = failure_of(
            record,
            stage="formatter",
            error=error,
            attempts=attempts,
            now=self._clock.now(),
            about=about,
        )
        return Failed(failure, failed_outcome(failure, known), outgoing_headers(record.headers))


def _check_identity(invoice: MetronomeInvoice, raw: RawInvoice) -> None:
    if (invoice.id, invoice.customer_id) != (raw.invoice_id, raw.customer_id):
        raise Rejected(
            "invalid-invoice",
            f"Metronome returned the invoice {invoice.id} of the customer {invoice.customer_id}"
            " instead: compare both invoices in Metronome.",
        )
