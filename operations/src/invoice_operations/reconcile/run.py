"""Reconcile an installation, with its real clients."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol

from invoice_operations.reconcile.asking import AsksProviders
from invoice_operations.reconcile.finding import Finding
from invoice_operations.reconcile.fixing import Enqueuing, enqueue_lost, note_document
from invoice_operations.reconcile.reconciler import ListsInvoices, Reconciler
from invoice_operations.selection import Selection
from invoice_operations.settings import ReconcileSettings
from invoice_operations.waiting import AsksGroups, waiting_invoices
from invoice_shared.settings import AnySettings

# The first invoice may have been issued this long before its entry in the ledger.
BEFORE_THE_FIRST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ReconcileRequest:
    """``chosen`` is a period alone.

    ``fix`` enqueues lost invoices. ``per_second`` limits the calls to Metronome.
    """

    chosen: Selection
    fix: bool = False
    per_second: float | None = None
    concurrency: int = 4


class ReconcileClients(AsksGroups, Protocol):
    """The clients for reconciling; see ``installation.Installation``."""

    def settings(self, settings_class: type[AnySettings], /) -> AnySettings:
        """Return a block of settings."""

    def metronome(self, per_second: float | None = None) -> ListsInvoices:
        """Return a reader of Metronome."""


def reconcile(
    request: ReconcileRequest,
    clients: ReconcileClients,
    providers: AsksProviders,
    walked: Callable[[], object],
) -> Iterator[Finding]:
    """Yield a finding per finalized invoice; ``walked`` is called per customer.

    With ``fix``, a lost invoice is enqueued before its finding is yielded. Raises what the clients
    raise.
    """
    settings, now = clients.settings(ReconcileSettings), clients.clock.now()
    metronome, view = clients.metronome(request.per_second), clients.view()
    with clients.publisher() as publisher:
        reconciler = Reconciler(
            metronome,
            view,
            partial(waiting_invoices, clients=clients),
            providers,
            partial(note_document, publisher=publisher, topics=clients.kafka),
            settings,
            request.concurrency,
            now,
        )
        findings = reconciler.findings(request.chosen, walked)
        if request.fix:
            began = None if settings.bill_from else (view.first_entry() or now) - BEFORE_THE_FIRST
            findings = enqueue_lost(
                findings, Enqueuing(publisher, clients.kafka.raw_invoices_topic, now, began)
            )
        yield from findings
