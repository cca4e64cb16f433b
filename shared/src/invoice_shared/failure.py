"""The records of ``invoice-errors``, with all that a person or a replay needs."""

from typing import Literal, get_args

from pydantic import Field

from invoice_shared.invoice import Frozen, Versioned
from invoice_shared.types import UtcTime

Stage = Literal["webhook", "formatter", "creator", "writeback"]

# All failure codes; each has a heading in the runbook (tested).
Code = Literal[
    # webhook
    "unusable-event",
    # any consumer
    "malformed-record",
    # formatter
    "invoice-not-found",
    "invoice-unavailable",
    "payer-not-decided",
    "unknown-invoice-type",
    "billed-elsewhere",
    "document-removed",
    "invalid-invoice",
    "customer-not-mapped",
    "destination-not-mapped",
    "unknown-destination",
    "items-not-mapped",
    "unsupported-currency",
    "totals-mismatch",
    "extra-field-not-filled",
    # creator
    "provider-rejected",
    "conflicting-document",
    "retries-exhausted",
    "too-many-lines",
    "negative-amount",
    "below-minimum",
    "destination-not-configured",
    "held-for-approval",
    # writeback
    "writeback-refused",
]

CODES: tuple[Code, ...] = get_args(Code)

# All reasons for which an invoice is correctly not sent.
SkipReason = Literal[
    "type-not-configured",
    "not-finalized",
    "unbillable",
    "already-synced",
    "zero-total",
    "nothing-to-bill",
    "constituent-invoice",
    "before-cutover",
    "resolved-by-hand",
]

# Bytes of a provider's answer that a failure keeps.
PROVIDER_BODY_LIMIT = 4096


class ProviderResponse(Frozen):
    """What the other system answered: redacted and cut at 4 KiB."""

    status: int
    body: str


class SourcePosition(Frozen):
    """The failed record's position; all null for a webhook request, which came from no topic."""

    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    timestamp: UtcTime | None = None


class Original(Frozen):
    """The record exactly as consumed. ``encoding`` is ``base64`` if ``value`` is not UTF-8.

    ``headers`` are pairs of name and text, or triples that end in ``base64``.

    ``omitted`` counts the bytes of a value too large for the errors topic; it is still at
    ``source``.
    """

    key: str | None = None
    key_encoding: Literal["base64"] | None = None
    headers: tuple[tuple[str, str] | tuple[str, str, Literal["base64"]], ...] = ()
    value: str | None = None
    encoding: Literal["base64"] | None = None
    omitted: int | None = None


class InvoiceFailure(Versioned):
    """Value of ``invoice-errors`` and one line of the archive."""

    failure_id: str
    stage: Stage
    code: Code
    reason: str
    retryable: bool
    attempts: int = Field(ge=1)
    failed_at: UtcTime
    invoice_id: str | None
    customer_id: str | None
    destination: str | None
    provider_response: ProviderResponse | None
    source: SourcePosition
    original: Original
    trace_id: str | None
