"""The judgement of one invoice, and its rows in lists. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from invoice_operations.readiness.obstacle import Obstacle
from invoice_operations.readiness.references import Reference

State = Literal["ready", "skipped", "fails", "unknown"]
# The columns of ``Judged.rows``.
COLUMNS = (
    "state",
    "code",
    "kind",
    "name",
    "title",
    "invoice_id",
    "customer_id",
    "status",
    "destination",
    "currency",
    "total",
    "detail",
)


@dataclass(frozen=True, slots=True)
class Judged:
    """``total`` is in major units with Metronome's sign; for a draft, the total so far.

    ``status`` is Metronome's, e.g. ``DRAFT``. ``problem`` says why it is ``unknown``. If a
    customer's invoices could not be listed, ``invoice_id`` is ``None``. ``references``: what its
    document refers to at the provider.
    """

    invoice_id: str | None
    customer_id: str
    state: State
    destination: str | None = None
    currency: str | None = None
    total: Decimal | None = None
    status: str | None = None
    obstacles: tuple[Obstacle, ...] = ()
    problem: str | None = None
    references: tuple[Reference, ...] = ()

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield a row per obstacle, and one if the result is unknown."""
        for each in self.obstacles:
            yield self._row(
                each.detail, code=each.code, kind=each.kind, name=each.name, title=each.title
            )
        if self.problem is not None:
            yield self._row(self.problem)

    def _row(self, detail: str, **about: Any) -> dict[str, Any]:
        own = {name: getattr(self, name, None) for name in COLUMNS}
        return own | about | {"detail": detail}
