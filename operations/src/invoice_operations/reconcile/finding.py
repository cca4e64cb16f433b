"""One line of the report: an invoice's state, and which column of the sums its money belongs to.

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
# Whatever the amounts are: a duplicate over 0.00 is one, too.
NEEDS_A_PERSON: frozenset[State] = frozenset(
    {"duplicate", "total-mismatch", "voided-after-creation", "unbilled-constituent", "missing"}
)
# Of a finding by the contract's names, and the field that each shows.
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
    """``total`` and ``held`` are in major units with Metronome's sign; ``held`` is what exists at
    the providers.

    ``invoice_id`` is ``None`` if the invoices of a customer could not be listed.
    ``is_lost``: nothing ever came of it, so that it may be enqueued; ``is_enqueued``: it was.
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
        """Whether it is not explained, and does not heal by itself."""
        return bool(
            not self.is_enqueued
            and (self.state in NEEDS_A_PERSON or any(unexplained(self.money).values()))
        )

    def enqueued(self) -> "Finding":
        """Return the same once its record was put back: its money waits."""
        rest = tuple[Money, ...](
            ("waiting", code, amount) for code, amount in unexplained(self.money).items()
        )
        return replace(
            self, is_enqueued=True, detail=f"{self.detail} Enqueued.", money=self.money + rest
        )


def unexplained(money: Iterable[Money]) -> dict[str, Decimal]:
    """Return by currency what was finalized and is in no other column; negative if too much is."""
    rest: dict[str, Decimal] = {}
    for column, currency, amount in money:
        signed = amount if column == "finalized" else -amount
        rest[currency] = rest.get(currency, Decimal(0)) + signed
    return rest
