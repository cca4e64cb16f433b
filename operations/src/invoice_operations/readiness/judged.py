"""What would become of one invoice, as a list shows it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from invoice_operations.readiness.obstacle import Obstacle
from invoice_operations.readiness.references import Reference

State = Literal["ready", "skipped", "fails", "unknown"]
# Of a row; see ``Judged.rows``.
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
    """``total`` is in major units with Metronome's sign, of a draft what it holds so far.

    ``status`` is Metronome's, e.g. ``DRAFT``. ``problem``: why it is ``unknown``, e.g. since the
    invoices of its customer could not be listed; then ``invoice_id`` is ``None``. ``references``:
    what its document refers to at the provider.
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
        """Yield a row for each thing that it would fail on, and one if nobody knows."""
        for each in self.obstacles:
            yield self._row(
                each.detail, code=each.code, kind=each.kind, name=each.name, title=each.title
            )
        if self.problem is not None:
            yield self._row(self.problem)

    def _row(self, detail: str, **about: Any) -> dict[str, Any]:
        own = {name: getattr(self, name, None) for name in COLUMNS}
        return own | about | {"detail": detail}
