"""The reconciliation itself: each finalized invoice of a window gets one finding."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from invoice_operations.errors import InvalidRequest
from invoice_operations.reconcile.comparison import Finding, Held, compare
from invoice_operations.reconcile.listed import ListedInvoice, parse_listed
from invoice_operations.reconcile.settled import KnowsInvoices, on_their_way
from invoice_operations.reconcile.walk import in_parallel
from invoice_operations.selection import Selection
from invoice_operations.settings import ReconcileSettings
from invoice_operations.view.invoice_state import KnownInvoice
from invoice_operations.view.records_of import ReadsTopics
from invoice_shared.outcome import Outcome


class ListsInvoices(Protocol):
    """See ``metronome_reader.MetronomeReader``."""

    def customer_ids(self) -> Iterator[str]:
        """Give every customer, archived ones too."""

    def invoices_since(self, customer_id: str, since: datetime) -> list[dict[str, Any]]:
        """Give a customer's invoices issued from a time on."""


AskProvider = Callable[[Outcome], Held | None]
"""What the provider holds for a created invoice; ``None`` if it is not asked."""


def nobody_asked(_outcome: Outcome) -> None:
    """Ask no provider."""


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Changes nothing. Raises what Metronome's, the providers' and Kafka's clients raise: no half report is given."""

    metronome: ListsInvoices
    reader: ReadsTopics
    ledger: KnowsInvoices
    ask_provider: AskProvider
    settings: ReconcileSettings
    threads: int
    now: datetime

    def findings(self, chosen: Selection, walked: Callable[[], object]) -> Iterator[Finding]:
        """Yield the findings as they come; those that seem lost at the end. ``walked`` is called for each customer.

        An invoice is chosen by its issue date. Raises ``InvalidRequest`` unless ``since`` is given, and nothing else
        but ``until``.
        """
        since = _since(chosen)
        period = chosen.up_to(self.now)
        unknown: list[ListedInvoice] = []

        def look(customer_id: str) -> list[ListedInvoice | Finding]:
            shown = map(parse_listed, self.metronome.invoices_since(customer_id, since))
            return list(self._judged([each for each in shown if _is_inside(each, period)]))

        for found in in_parallel(look, self.metronome.customer_ids(), self.threads):
            walked()
            for each in found:
                if isinstance(each, Finding):
                    yield each
                else:
                    unknown.append(each)
        if unknown:
            yield from self._look_again(unknown)

    def _judged(self, invoices: Sequence[ListedInvoice]) -> Iterator[ListedInvoice | Finding]:
        known = self.ledger.invoices([listed.id for listed in invoices])
        for listed in invoices:
            if known[listed.id] == KnownInvoice() and listed.status in ("FINALIZED", "VOID"):
                yield listed
            elif (finding := self._compare(listed, known[listed.id])) is not None:
                yield finding

    def _compare(self, listed: ListedInvoice, known: KnownInvoice) -> Finding | None:
        outcome = known.standing[-1] if known.standing else known.newest
        is_held = outcome is not None and outcome.outcome == "created" and listed.status == "FINALIZED"
        held = self.ask_provider(outcome) if outcome is not None and is_held else None
        standing = [each.provider_document_id or "" for each in known.documents if each.stands is not False]
        finding = compare(listed, outcome, held, standing)
        if finding is None or finding.destination is not None:
            return finding
        return replace(finding, destination=listed.destination(self.settings.metronome_billing_provider_destination))

    def _look_again(self, unknown: list[ListedInvoice]) -> Iterator[Finding]:
        """Ask the ledger as it is now, and the records on their way, before anything is called missing."""
        self.ledger.refresh()
        known = self.ledger.invoices([listed.id for listed in unknown])
        unsettled = [name for name, each in known.items() if each == KnownInvoice()]
        waiting = on_their_way(unsettled, self.now, self.reader, self.settings)
        for listed in unknown:
            finding = self._compare(listed, known[listed.id])
            if finding is not None and finding.is_lost and listed.id in waiting:
                detail = f"Received, not settled yet: {waiting[listed.id]}."
                finding = replace(finding, state="in-progress", detail=detail, is_lost=False)
            if finding is not None:
                yield finding


def _since(chosen: Selection) -> datetime:
    if chosen.since is None or chosen != Selection(since=chosen.since, until=chosen.until):
        raise InvalidRequest("Invoices are reconciled by their date alone: give --since, and --until if you like.")
    return chosen.since


def _is_inside(listed: ListedInvoice, period: Selection) -> bool:
    """Whether an invoice is inside; one without any date is, rather than being overlooked."""
    return listed.date is None or period.covers(listed.date)
