"""The invoices that this process has sent on lately. A repeated delivery of one of them is no news for the ledger.

Metronome then shows the document that we created ourselves, so the repeat ends as ``already-synced``; its ledger entry
would hide the creator's. After a restart it is written again: true, and readers know that it says nothing new.
"""

MOST = 50_000


class RecentIds:
    """The newest ``MOST`` ids, some megabytes."""

    def __init__(self) -> None:
        self._ids: dict[str, None] = {}

    def __contains__(self, invoice_id: str) -> bool:
        return invoice_id in self._ids

    def add(self, invoice_id: str) -> None:
        """Remember an id, and forget the oldest beyond the bound."""
        self._ids.pop(invoice_id, None)
        self._ids[invoice_id] = None
        if len(self._ids) > MOST:
            del self._ids[next(iter(self._ids))]
