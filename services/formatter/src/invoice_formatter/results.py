"""The results of one raw record: a formatted invoice, a skip or a failure. Plain values."""

from collections.abc import Callable
from dataclasses import dataclass

from invoice_shared.failure import InvoiceFailure, SkipReason
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.outcome import Outcome
from invoice_shared.record import Headers


@dataclass(frozen=True, slots=True)
class Formatted:
    """Goes to ``formatted-invoices``; the creator publishes its outcome.

    ``known`` makes the outcome if the document cannot be published.
    """

    document: FormattedInvoice
    known: Callable[[], Outcome]
    headers: Headers


@dataclass(frozen=True, slots=True)
class Skipped:
    """Goes only to the ledger."""

    code: SkipReason
    outcome: Outcome
    headers: Headers


@dataclass(frozen=True, slots=True)
class Failed:
    """Goes to ``invoice-errors``, and to the ledger if the invoice is known."""

    failure: InvoiceFailure
    outcome: Outcome | None
    headers: Headers


Settlement = Formatted | Skipped | Failed
