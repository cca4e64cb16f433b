"""How one raw record ends: as a formatted invoice, a skip or a failure. Plain values."""

from collections.abc import Callable
from dataclasses import dataclass

from invoice_shared.failure import InvoiceFailure, SkipReason
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.outcome import Outcome
from invoice_shared.record import Headers


@dataclass(frozen=True, slots=True)
class Formatted:
    """Goes to ``formatted-invoices``. Its outcome is the creator's to write; ``known`` makes it if it cannot be
    sent on."""

    document: FormattedInvoice
    known: Callable[[], Outcome]
    headers: Headers


@dataclass(frozen=True, slots=True)
class Skipped:
    """Goes to the ledger alone."""

    code: SkipReason
    outcome: Outcome
    headers: Headers


@dataclass(frozen=True, slots=True)
class Failed:
    """Goes to ``invoice-errors``, and to the ledger where the invoice is known."""

    failure: InvoiceFailure
    outcome: Outcome | None
    headers: Headers


Settlement = Formatted | Skipped | Failed
