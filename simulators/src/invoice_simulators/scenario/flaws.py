"""The invoices that must not become documents: one flaw each, and how each ends."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from invoice_simulators.scenario.ends import End, Failed, Skipped
from invoice_simulators.wire import Json

Change = Callable[[Json], Any]
CustomerFlaw = Literal["unmapped", "without-destination", "unknown-destination", "refused", "token-payer"]
LineFlaw = Literal["unmapped", "refused", "none"]


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong: with the customer, with the lines, or with the finished invoice, which ``change`` spoils."""

    end: End
    customer: CustomerFlaw | None = None
    lines: LineFlaw | None = None
    change: Change | None = None
    unknown_to_metronome: bool = False


def _set(**fields: Any) -> Change:
    return lambda invoice: invoice.update(fields)


def _add_a_hundred(invoice: Json) -> None:
    invoice["total"] += 100


ALREADY_SYNCED = {"billing_provider_type": "netsuite", "invoice_id": "77001", "external_status": "FINALIZED"}

FLAWS: tuple[Flaw, ...] = (
    Flaw(Failed("formatter", "customer-not-mapped"), customer="unmapped"),
    Flaw(Failed("formatter", "items-not-mapped"), lines="unmapped"),
    Flaw(Failed("creator", "provider-rejected"), customer="refused"),
    Flaw(Failed("formatter", "unknown-destination"), customer="unknown-destination"),
    Flaw(Skipped("not-finalized"), change=_set(status="VOID")),
    Flaw(Failed("formatter", "invoice-not-found"), unknown_to_metronome=True),
    Flaw(Failed("formatter", "totals-mismatch"), change=_add_a_hundred),
    Flaw(Failed("creator", "provider-rejected"), lines="refused"),
    Flaw(Failed("formatter", "destination-not-mapped"), customer="without-destination"),
    Flaw(Skipped("unbillable"), change=_set(billable_status="unbillable")),
    Flaw(Failed("formatter", "unsupported-currency"), customer="token-payer"),
    Flaw(Skipped("not-finalized"), change=_set(status="DRAFT")),
    Flaw(Skipped("type-not-configured"), change=_set(type="USAGE_CONSOLIDATED")),
    Flaw(Skipped("already-synced"), change=_set(external_invoice=ALREADY_SYNCED)),
    Flaw(Skipped("nothing-to-bill"), lines="none"),
)
"""One after the other."""
