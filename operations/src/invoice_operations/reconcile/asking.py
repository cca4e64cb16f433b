"""Collect the evidence of one invoice: the ledger's documents and their present state."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Protocol

from invoice_operations.reconcile.evidence import Document, Evidence, by_ledger, by_provider
from invoice_operations.reconcile.listed import ListedInvoice
from invoice_operations.view.invoice_state import KnownInvoice
from invoice_providers.base import Found
from invoice_shared.errors import CallFailed
from invoice_shared.outcome import Outcome

SYNCED = "already-synced"


class AsksProviders(Protocol):
    """See ``asked_providers.AskedProviders``. Calls raise ``CallFailed``."""

    def asks(self, destination: str) -> bool:
        """Whether a system is asked in this run."""

    def account(self, destination: str) -> str | None:
        """Return the name of our account there; ``None`` if it is not known here."""

    def read(self, document: Outcome) -> Found | None:
        """Return a document by the provider's id; ``None`` if it does not exist."""

    def look(self, sketch: Outcome) -> tuple[Found, ...]:
        """Return all documents with an invoice's id."""


@dataclass(slots=True)
class Inquiry:
    """One invoice.

    ``news`` are ledger documents whose state differs from the ledger.

    ``destination`` is the customer's in Metronome, for invoices unknown to the ledger.
    """

    listed: ListedInvoice
    known: KnownInvoice
    providers: AsksProviders
    destination: str | None = None
    external_customer_id: str | None = None
    news: list[Outcome] = field(default_factory=list)
    _unasked: list[str] = field(default_factory=list)

    def evidence(self) -> Evidence:
        """Ask the ledger and the providers, unless the invoice need not be billed.

        Raises nothing: failed questions are part of the evidence.
        """
        ours = [each for each in self.known.documents if self._is_ours(each)]
        documents: dict[tuple[str, str], Document] = {}
        for entry in ours:
            seen = self._read(entry)
            documents[seen.destination, seen.document_id] = seen
            if seen.stands != (entry.stands is not False):
                self.news.append(entry.model_copy(update={"stands": seen.stands}))
        for search in (self._claimed, self._looked_for):
            for seen in search(is_known=bool(documents)):
                documents.setdefault((seen.destination, seen.document_id), seen)
        return Evidence(
            newest=self.known.newest,
            documents=tuple(documents.values()),
            elsewhere=tuple(each for each in self.known.documents if each not in ours),
            unasked=tuple(self._unasked),
        )

    def _is_ours(self, document: Outcome) -> bool:
        """Whether a document is in our account, so that a sandbox's never counts in production."""
        account = self.providers.account(document.destination or "")
        return account is None or document.account in (None, account)

    def _read(self, document: Outcome) -> Document:
        """Return a document's present state, or the ledger's if its provider is not asked."""
        destination = document.destination or ""
        is_over = self.listed.status == "VOID" and document.stands is False
        if is_over or not self.providers.asks(destination):
            return by_ledger(document)
        try:
            found = self.providers.read(document)
        except CallFailed as error:
            self._unasked.append(
                f"{destination} document {document.provider_document_id}: {error.reason}"
            )
            return by_ledger(document)
        gone = Found(document.provider_document_id or "", state="deleted")
        return by_provider(destination, found or gone, is_negative=self._is_negative)

    def _claimed(self, *, is_known: bool) -> Iterator[Document]:
        """Yield the document that only Metronome knows, as its provider shows it."""
        newest = self.known.newest
        if is_known or self.known.documents or newest is None or newest.code != SYNCED:
            return
        if newest.provider_document_id is None:
            return
        claimed = newest.model_copy(update={"outcome": "created", "total": None, "currency": None})
        if self.providers.asks(newest.destination or "") or self.listed.status == "VOID":
            yield self._read(claimed)

    def _looked_for(self, *, is_known: bool) -> Iterator[Document]:
        """Yield documents with the invoice's id, if none is known or another may exist."""
        newest = self.known.newest
        may_exist = newest is not None and newest.may_exist is True
        is_unknown = not is_known and self.listed.status == "FINALIZED"
        destination = (newest.destination if newest else None) or self.destination
        if (
            not (may_exist or is_unknown)
            or destination is None
            or not self.providers.asks(destination)
        ):
            return
        try:
            found = self.providers.look(self._sketch(destination))
        except CallFailed as error:
            self._unasked.append(f"{destination}: {error.reason}")
            return
        for each in found:
            if each.invoice_id in (None, self.listed.id):
                yield by_provider(destination, each, is_negative=self._is_negative)

    @property
    def _is_negative(self) -> bool:
        return self.listed.total < 0

    def _sketch(self, destination: str) -> Outcome:
        """Return the fields for look-ups."""
        total, currency = self.listed.money()
        newest = self.known.newest
        dated = self.listed.date or datetime.now(UTC)
        return Outcome(
            invoice_id=self.listed.id,
            customer_id=self.listed.customer_id,
            outcome="created",
            destination=destination,
            document_type="credit_memo" if self._is_negative else "invoice",
            external_customer_id=(newest.external_customer_id if newest else None)
            or self.external_customer_id,
            issue_date=(newest.issue_date if newest else None) or _day(dated),
            total=total,
            currency=currency,
            settled_at=dated,
        )


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
