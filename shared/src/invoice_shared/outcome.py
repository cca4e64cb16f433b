"""The ledger: one record of ``invoice-outcomes`` for each settled invoice. The newest is its state."""

from typing import Literal

from invoice_shared.failure import Stage
from invoice_shared.invoice import Versioned
from invoice_shared.types import ExactDecimal, UtcTime


class Outcome(Versioned):
    """How an invoice ended. ``created`` with a ``failure_id`` means created, but the write-back to Metronome failed.

    Of a failure ``code`` is the code and ``reason`` its sentence; of a skip both are the reason's name, and ``detail``
    is the sentence. ``total`` is in major units with the sign that Metronome gave it (negative for a credit memo).
    """

    invoice_id: str
    customer_id: str | None = None
    outcome: Literal["created", "skipped", "failed", "resolved"]
    stage: Stage | None = None
    code: str | None = None
    reason: str | None = None
    detail: str | None = None
    failure_id: str | None = None
    destination: str | None = None
    document_type: str | None = None
    provider_document_id: str | None = None
    total: ExactDecimal | None = None
    currency: str | None = None
    finalized_at: UtcTime | None = None
    received_at: UtcTime | None = None
    settled_at: UtcTime
    resolved_by: str | None = None

    def tells_more_than(self, known: "Outcome | None") -> bool:
        """Tell whether this newer outcome replaces the ``known`` one.

        A repeated delivery of an invoice that we created ends as the skip ``already-synced``: true, and no news.
        """
        return not (known is not None and known.outcome == "created" and self.code == "already-synced")
