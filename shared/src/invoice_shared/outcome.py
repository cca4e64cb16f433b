"""The ledger: the records of ``invoice-outcomes`` about each settled invoice.

See ``ledger_key`` for the records' keys.
"""

from datetime import date
from typing import Any, Literal

from pydantic import model_validator

from invoice_shared.failure import Stage
from invoice_shared.invoice import Versioned
from invoice_shared.ledger_key import DocumentId, LedgerKey
from invoice_shared.types import ExactDecimal, UtcTime


class Outcome(Versioned):
    """How an invoice ended.

    ``created`` with a ``failure_id`` means that the write-back to Metronome failed.

    ``code`` is the code of a skip or failure, ``reason`` always its sentence. ``total`` is in major
    units with the sign that Metronome gave it (negative for a credit memo). ``account`` names the
    destination's account with the document, e.g. the sandbox's or production's. ``stands`` is false
    once the document was found void, cancelled or deleted. ``may_exist`` is true if the provider
    may have a document despite the failure.
    """

    invoice_id: str
    customer_id: str | None = None
    outcome: Literal["created", "skipped", "failed", "resolved"]
    stage: Stage | None = None
    code: str | None = None
    reason: str | None = None
    failure_id: str | None = None
    destination: str | None = None
    document_type: str | None = None
    provider_document_id: str | None = None
    account: str | None = None
    external_customer_id: str | None = None
    issue_date: date | None = None
    total: ExactDecimal | None = None
    currency: str | None = None
    finalized_at: UtcTime | None = None
    received_at: UtcTime | None = None
    settled_at: UtcTime
    document_created_at: UtcTime | None = None
    stands: bool | None = None
    may_exist: bool | None = None
    resolved_by: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _accept_older(cls, values: Any) -> Any:
        # An older record repeats the skip's code as its reason and has the sentence in ``detail``.
        if isinstance(values, dict) and values.get("outcome") == "skipped" and "detail" in values:
            return {**values, "reason": values["detail"]}
        return values

    @property
    def document_key(self) -> LedgerKey | None:
        """Return the key of the document that was created; ``None`` if this names none.

        An older ledger has no document records: there a plain ``created`` counts as one.
        """
        if (
            self.outcome != "created"
            or self.destination is None
            or self.provider_document_id is None
        ):
            return None
        return LedgerKey(self.invoice_id, DocumentId(self.destination, self.provider_document_id))
