"""One finding: an invoice's state, and the column of the sums with its money.

Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

State = Literal[
    "duplicate",
    "total-mismatch",
    "removed-at-provider",
    "voided-after-creation",
    "unknown",
    "created",
    "held",
    "failed",
    "resolved",
    "unbilled-constituent",
    "skipped",
    "waiting",
    "missing",
]
# Regardless of the amount: a duplicate over 0.00 counts, too.
NEEDS_A_PERSON: frozenset[State] = frozenset(
    {"duplicate", "total-mismatch", "voided-after-creation", "unbilled-constituent", "missing"}
)
# The contract's names, and the field of a finding that each shows.
SHOWN = {
    "invoice_id": "invoice_id",
    "customer_id": "customer_id",
    "destination": "destination",
    "state": "state",
    "detail": "detail",
    "currency": "currency",
    "total": "total",
    "held_total": "held",
    "document_id": "document_id",
}
Column = Literal[
    "finalized",
    "not billed",
    "at the providers",
    "failed",
    "held",
    "resolved",
    "waiting",
    "unknown",
]
# A column of the sums, a currency, and an amount in major units with Metronome's sign.
Money = tuple[Column, str, Decimal]


@dataclass(frozen=True, slots=True)
class Finding:
    """``total`` (Metronome's) and ``held`` (the providers') are in major units, Metronome's sign.

    ``invoice_id`` is ``None`` if the invoices of a customer could not be listed.
    ``is_lost``: it was never processed, so it may be enqueued; ``is_enqueued``: it was.
    """

    invoice_id: str | None
    customer_id: str | None
    destination: str | None
    state: State
    detail: str
    currency: str | None = None
    total: Decimal | None = None
    held: Decimal | None = None
    document_id: str | None = None
    money: tuple[Money, ...] = ()
    issued_at: datetime | None = None
    is_lost: bool = False
    is_enqueued: bool = False

    @property
    def needs_a_person(self) -> bool:
        """Whether it is unexplained and will not resolve itself."""
        return bool(
            not self.is_enqueued
            and (self.state in NEEDS_A_PERSON or any(unexplained(self.money).values()))
        )

    def enqueued(self) -> "Finding":
        """Return the finding after its record was enqueued: its money waits."""
        rest = tuple[Money, ...](
            ("waiting", code, amount) for code, amount in unexplained(self.money).items()
        )
        return replace(
            self, is_enqueued=True, detail=f"{self.detail} Enqueued.", money=self.money + rest
        )


def unexplained(money: Iterable[Money]) -> dict[str, Decimal]:
    """Return, by currency, finalized money that no other column explains; may be negative."""
    rest: dict[str, Decimal] = {}
    for column, currency, amount in money:
        signed = amount if column == "finalized" else -amount
        rest[currency] = rest.get(currency, Decimal(0)) + signed
    return rest
