"""What is known of invoices: what the ledger says of them, and which are on their way."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from invoice_operations.view.invoice_state import KnownInvoice
from invoice_operations.view.records_of import ReadsTopics
from invoice_operations.view.span import Span
from invoice_shared.settings import KafkaSettings

# A record without an outcome is waited for so long; after it the invoice counts as missing.
ON_ITS_WAY = timedelta(days=1)


class KnowsInvoices(Protocol):
    """See ``view.view.View``."""

    def refresh(self) -> None:
        """Read what is new in the ledger."""

    def invoices(self, invoice_ids: Iterable[str]) -> Mapping[str, KnownInvoice]:
        """Return what the ledger says of each of these invoices."""


def on_their_way(
    invoice_ids: Iterable[str], now: datetime, reader: ReadsTopics, settings: KafkaSettings
) -> dict[str, str]:
    """Find invoices that were received lately and are not settled yet: where the record is, by invoice id."""
    keys = frozenset(name.encode() for name in invoice_ids)
    records = reader.read(settings.raw_invoices_topic, Span(since=now - ON_ITS_WAY, keys=keys))
    return {(record.key or b"").decode(): record.position for record in records}
