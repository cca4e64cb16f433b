"""The reconciliation: one finding per finalized invoice of a period."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from invoice_formatter.mapping.hierarchy.listing import constituents_of
from invoice_operations.errors import InvalidRequest
from invoice_operations.giving_up import GivingUp
from invoice_operations.reconcile.asking import AsksProviders, Inquiry
from invoice_operations.reconcile.comparison import NOT_FINALIZED, compare
from invoice_operations.reconcile.constituents import Constituents
from invoice_operations.reconcile.evidence import Evidence
from invoice_operations.reconcile.finding import Finding
from invoice_operations.reconcile.listed import COUNTED, ListedInvoice, parse_listed
from invoice_operations.selection import Selection
from invoice_operations.settings import ReconcileSettings
from invoice_operations.view.invoice_state import KnownInvoice
from invoice_operations.walk import in_parallel
from invoice_shared.errors import Rejected, Unavailable
from invoice_shared.outcome import Outcome

# Invoices that seem lost are checked in batches of this many, or of this many customers.
BATCH_INVOICES = 500
BATCH_CUSTOMERS = 1000


class ListsInvoices(Protocol):
    """See ``metronome_reader.MetronomeReader``."""

    def customer_ids(self) -> Iterator[str]:
        """Yield every customer, including archived ones."""

    def invoices_since(self, customer_id: str, since: datetime) -> list[dict[str, Any]]:
        """Return a customer's invoices issued since a time."""


class KnowsInvoices(Protocol):
    """See ``view.view.View``."""

    def refresh(self) -> None:
        """Read new entries of the ledger."""

    def invoices(self, invoice_ids: Iterable[str]) -> Mapping[str, KnownInvoice]:
        """Return what the ledger says of each of these invoices."""


# See ``waiting.waiting_invoices``: the waiting record of each of these invoices.
FindsWaiting = Callable[[Iterable[str]], Mapping[str, str]]
Judged = tuple[ListedInvoice, Evidence, list[Outcome]]


@dataclass(slots=True)
class Customer:
    """The results for one customer's invoices."""

    is_listed: bool = True
    named: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    unsettled: list[ListedInvoice] = field(default_factory=list)


@dataclass(slots=True)
class Reconciler:
    """Enters removed documents in the ledger with ``note``; changes nothing else.

    An error about one customer, invoice or document is in its finding. Raises errors that affect
    all: refused credentials, no list of customers, and what Kafka's clients raise.
    """

    metronome: ListsInvoices
    ledger: KnowsInvoices
    waiting: FindsWaiting
    providers: AsksProviders
    note: Callable[[Outcome], object]
    settings: ReconcileSettings
    threads: int
    now: datetime
    _patience: GivingUp = field(default_factory=lambda: GivingUp("Metronome"))

    def findings(self, chosen: Selection, walked: Callable[[], object]) -> Iterator[Finding]:
        """Yield the findings customer by customer; ``walked`` is called per customer.

        Invoices are selected by issue date. Raises ``InvalidRequest`` unless only ``since``, and
        optionally ``until``, are given.
        """
        since = _since(chosen)
        period = chosen.up_to(self.now)
        constituents = Constituents()
        unsettled: list[ListedInvoice] = []
        customers, is_complete = 0, True

        def look(customer_id: str) -> Customer:
            return self._customer(customer_id, since, period)

        for customer in in_parallel(look, self.metronome.customer_ids(), self.threads):
            walked()
            customers += 1
            is_complete = is_complete and customer.is_listed
            constituents.note(customer.named)
            yield from customer.findings
            yield from self._settled(customer.judged, constituents)
            unsettled += customer.unsettled
            if len(unsettled) >= BATCH_INVOICES or (unsettled and customers >= BATCH_CUSTOMERS):
                yield from self._look_again(unsettled, constituents)
                customers, unsettled = 0, []
        if unsettled:
            yield from self._look_again(unsettled, constituents)
        yield from constituents.findings(is_complete=is_complete)

    def _customer(self, customer_id: str, since: datetime, period: Selection) -> Customer:
        """List a customer's invoices and judge those that are settled."""
        seen = Customer()
        try:
            trees = self._patience.call(lambda: self.metronome.invoices_since(customer_id, since))
        except (Unavailable, Rejected) as error:
            seen.is_listed = False
            seen.findings.append(
                _unknown(None, customer_id, f"Its invoices could not be listed: {error.reason}")
            )
            return seen
        listed: list[ListedInvoice] = []
        for tree in trees:
            seen.named += constituents_of(tree)
            if tree.get("status") in COUNTED:
                try:
                    listed.append(parse_listed(tree))
                except Unavailable as error:
                    seen.findings.append(_unknown(str(tree.get("id")), customer_id, error.reason))
        inside = [each for each in listed if _is_inside(each, period)]
        known = self.ledger.invoices([each.id for each in inside])
        for each in inside:
            if each.status == "FINALIZED" and _is_unsettled(known[each.id]):
                seen.unsettled.append(each)
            else:
                seen.judged.append(self._judge(each, known[each.id]))
        return seen

    def _judge(
        self, listed: ListedInvoice, known: KnownInvoice, waiting: str | None = None
    ) -> Judged:
        settings = self.settings
        inquiry = Inquiry(
            listed,
            known,
            self.providers,
            listed.destination(settings.metronome_billing_provider_destination),
            listed.field(settings.metronome_billing_provider_customer_id),
        )
        is_early = (
            settings.bill_from is not None
            and listed.date is not None
            and listed.date.date() < settings.bill_from
        )
        return (
            listed,
            replace(inquiry.evidence(), waiting=waiting, is_before_cutover=is_early),
            inquiry.news,
        )

    def _settled(self, judged: Iterable[Judged], constituents: Constituents) -> Iterator[Finding]:
        for listed, evidence, news in judged:
            for outcome in news:
                self.note(outcome)
            if constituents.holds_back(listed, evidence):
                continue
            if (finding := compare(listed, evidence)) is not None:
                yield self._placed(finding, listed)

    def _placed(self, finding: Finding, listed: ListedInvoice) -> Finding:
        if finding.destination is not None:
            return finding
        return replace(
            finding,
            destination=listed.destination(self.settings.metronome_billing_provider_destination),
        )

    def _look_again(
        self, unsettled: list[ListedInvoice], constituents: Constituents
    ) -> Iterator[Finding]:
        """Check waiting records, then the ledger again, before an invoice counts as missing."""
        waiting = self.waiting([listed.id for listed in unsettled])
        self.ledger.refresh()
        known = self.ledger.invoices([listed.id for listed in unsettled])

        def judge(listed: ListedInvoice) -> Judged:
            return self._judge(listed, known[listed.id], waiting.get(listed.id))

        yield from self._settled(in_parallel(judge, unsettled, self.threads), constituents)


def _is_unsettled(known: KnownInvoice) -> bool:
    if known.documents:
        return False
    return known.newest is None or known.newest.code == NOT_FINALIZED


def _unknown(invoice_id: str | None, customer_id: str, why: str) -> Finding:
    return Finding(invoice_id, customer_id, None, "unknown", why)


def _since(chosen: Selection) -> datetime:
    if chosen.since is None or chosen != Selection(since=chosen.since, until=chosen.until):
        raise InvalidRequest(
            "Invoices are reconciled by date alone: use --since, and optionally --until."
        )
    return chosen.since


def _is_inside(listed: ListedInvoice, period: Selection) -> bool:
    """Whether an invoice is in the period. One without a date is, so that none is overlooked."""
    return listed.date is None or period.covers(listed.date)
