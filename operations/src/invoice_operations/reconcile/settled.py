"""What the ledger says about the invoices of a window, and about the few that are not found there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from invoice_operations.view.failure_book import ReadsTopics
from invoice_operations.view.ledger import Ledger, entries, fold
from invoice_operations.view.span import Span
from invoice_shared.record import Record
from invoice_shared.settings import KafkaSettings

MARGIN = timedelta(days=1)
"""An invoice is settled after it was issued; clocks may differ a little."""
ON_ITS_WAY = timedelta(days=1)
"""A record without an outcome is waited for so long; after it the invoice counts as missing."""


@dataclass(slots=True)
class Settled:
    """Outcomes of a window by invoice id; ``documents`` where an invoice has had several."""

    outcomes: Ledger
    documents: dict[str, list[str]] = field(default_factory=dict)


def settled_since(since: datetime, reader: ReadsTopics, settings: KafkaSettings) -> Settled:
    """Read the ledger from a little before the window on: the memory it takes is the window's, not the history's."""
    documents: dict[str, list[str]] = {}
    records = reader.read(settings.invoice_outcomes_topic, Span(since=since - MARGIN))
    outcomes = fold(_noting_documents(records, documents), lambda *_: True)
    return Settled(outcomes, {name: found for name, found in documents.items() if len(found) > 1})


def _noting_documents(records: Iterable[Record], documents: dict[str, list[str]]) -> Iterator[Record]:
    for entry in entries(records):
        outcome = entry.outcome
        document_id = outcome.provider_document_id
        if outcome.outcome == "created" and document_id is not None:
            found = documents.setdefault(outcome.invoice_id, [])
            if document_id not in found:
                found.append(document_id)
        yield entry.record


def settled_ever(invoice_ids: Iterable[str], reader: ReadsTopics, settings: KafkaSettings) -> Ledger:
    """Ask the whole ledger about a few invoices, before they are called missing."""
    return fold(reader.read(settings.invoice_outcomes_topic, Span(keys=_keys(invoice_ids))), lambda *_: True)


def on_their_way(
    invoice_ids: Iterable[str], now: datetime, reader: ReadsTopics, settings: KafkaSettings
) -> dict[str, str]:
    """Find invoices that were received lately and are not settled yet: where the record lies, by invoice id."""
    span = Span(since=now - ON_ITS_WAY, keys=_keys(invoice_ids))
    records = reader.read(settings.raw_invoices_topic, span)
    return {(record.key or b"").decode(): record.position for record in records}


def _keys(invoice_ids: Iterable[str]) -> frozenset[bytes]:
    return frozenset(name.encode() for name in invoice_ids)
