"""The evidence of one invoice, from the ledger and the providers that were asked.

Pure.
"""

from dataclasses import dataclass
from decimal import Decimal

from invoice_providers.base import Found
from invoice_providers.found import stands
from invoice_shared.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Document:
    """A document of an invoice. ``total`` has Metronome's sign.

    ``is_shown``: total and currency are the provider's, else the ledger's.
    """

    destination: str
    document_id: str
    total: Decimal | None = None
    currency: str | None = None
    stands: bool = True
    is_shown: bool = False

    def __str__(self) -> str:
        return f"{self.destination} document {self.document_id}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """``documents`` are the ones in our accounts, each once.

    ``elsewhere`` are documents in another account of a destination, e.g. a sandbox's. ``unasked``
    says which questions failed, and why. ``waiting`` is the position of the invoice's waiting
    record. ``is_named``: a consolidated invoice names it. ``is_before_cutover``: it was issued
    before ``BILL_FROM``.
    """

    newest: Outcome | None = None
    documents: tuple[Document, ...] = ()
    elsewhere: tuple[Outcome, ...] = ()
    unasked: tuple[str, ...] = ()
    waiting: str | None = None
    is_named: bool = True
    is_before_cutover: bool = False

    @property
    def standing(self) -> tuple[Document, ...]:
        """The valid documents, including those that wait for approval at the provider."""
        return tuple(each for each in self.documents if each.stands)

    @property
    def removed(self) -> tuple[Document, ...]:
        """The documents that are void, cancelled or deleted."""
        return tuple(each for each in self.documents if not each.stands)

    def is_skipped_as(self, code: str) -> bool:
        """Whether the newest event is this skip."""
        return (
            self.newest is not None
            and self.newest.outcome == "skipped"
            and self.newest.code == code
        )


def by_ledger(outcome: Outcome) -> Document:
    """Return a document as the ledger knows it."""
    return Document(
        outcome.destination or "",
        outcome.provider_document_id or "",
        outcome.total,
        outcome.currency,
        stands=outcome.stands is not False,
    )


def by_provider(destination: str, found: Found, *, is_negative: bool) -> Document:
    """Return a document as the provider shows it.

    ``is_negative``: the invoice's total in Metronome is negative.

    A credit memo's total is positive at the provider.
    """
    is_memo = is_negative if found.document_type is None else found.document_type == "credit_memo"
    total = -found.total if is_memo and found.total is not None else found.total
    return Document(
        destination,
        found.document_id,
        total,
        found.currency,
        stands=stands(found),
        is_shown=True,
    )
