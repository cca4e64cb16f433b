"""Preview an invoice from Metronome or a file."""

from datetime import datetime
from typing import Any, Protocol

from invoice_formatter.settings import FormatterSettings
from invoice_operations.clients import Clients
from invoice_operations.errors import InvalidRequest
from invoice_operations.preview.drafts import as_finalized
from invoice_operations.preview.previews import Preview, preview
from invoice_operations.selection import customer_of
from invoice_operations.settings import MappingSettings, ReadsSettings
from invoice_operations.view.records_of import records_of_key
from invoice_shared.metronome.questions import Question
from invoice_shared.serde import loads


class ReadsInvoice(Protocol):
    """See ``metronome_reader.MetronomeReader``."""

    def invoice(self, customer_id: str, invoice_id: str) -> Any:
        """Return Metronome's answer for one invoice."""

    def ask(self, question: Question) -> Any:
        """Return Metronome's answer to a question."""


class PreviewClients(Clients, Protocol):
    """The clients for a preview; see ``installation.Installation``."""

    @property
    def settings(self) -> ReadsSettings:
        """Reads a block of settings."""

    def metronome(self) -> ReadsInvoice:
        """Return a reader of Metronome."""


def preview_invoice(
    invoice_id: str,
    customer_id: str | None,
    clients: PreviewClients,
    *,
    force: bool,
    draft: bool = False,
) -> Preview:
    """Preview an invoice as Metronome shows it now; ``force`` as if it were not synced yet.

    ``draft`` treats a draft as finalized now. Without ``customer_id``, the topics are searched for
    it. Raises ``InvalidRequest`` if it is not found, and what the clients raise.
    """
    rules = clients.settings(FormatterSettings)
    metronome = clients.metronome()
    answer = metronome.invoice(customer_id or _known_customer(invoice_id, clients), invoice_id)
    if draft:
        answer = as_finalized(answer, rules, clients.clock.now())
    return preview(answer, rules, clients.settings, metronome.ask, force=force)


def preview_content(
    content: bytes, settings: ReadsSettings, *, force: bool, finalized_at: datetime | None = None
) -> Preview:
    """Preview an invoice as Metronome's API answers it, or the bare invoice.

    ``finalized_at`` treats a draft as finalized then. Raises ``InvalidRequest`` for content that is
    not JSON, or if an account hierarchy decides who pays.
    """
    try:
        answer = loads(content)
    except ValueError as error:
        raise InvalidRequest("The content is not JSON in UTF-8.") from error
    rules = settings(MappingSettings)
    if finalized_at is not None:
        answer = as_finalized(answer, rules, finalized_at)
    return preview(answer, rules, settings, _cannot_ask, force=force)


def _cannot_ask(question: Question) -> Any:
    raise InvalidRequest(
        f"Who pays for this invoice depends on Metronome's answer at {question.path}: preview"
        " it by its id."
    )


def _known_customer(invoice_id: str, clients: Clients) -> str:
    received = records_of_key(
        clients.reader(), clients.kafka.raw_invoices_topic, invoice_id.encode()
    )
    if customer := next(filter(None, map(customer_of, received)), None):
        return customer
    if customer := clients.view().customer_of(invoice_id):
        return customer
    raise InvalidRequest(f"No topic contains the invoice {invoice_id}: add its --customer-id.")
