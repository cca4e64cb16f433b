"""The reason why an invoice is correctly not sent."""

from dataclasses import dataclass

from invoice_shared.failure import SkipReason


@dataclass(frozen=True, slots=True)
class Skip:
    """Why an invoice is not sent: the code, and a sentence for a person."""

    code: SkipReason
    reason: str
