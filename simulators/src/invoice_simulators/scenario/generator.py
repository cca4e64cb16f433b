"""Generate a scenario: the same count, seed and keys give the same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from random import Random

from invoice_simulators.metronome.webhooks import finalized_event
from invoice_simulators.scenario.catalog import (
    EUR,
    NO_SUCH_CUSTOMER,
    REFUSED,
    TOKENS,
    UNMAPPED,
    USD,
    Customer,
    Keys,
    Unit,
    new_id,
    sound_customers,
)
from invoice_simulators.scenario.ends import CENT, End, at_razorpay, created
from invoice_simulators.scenario.flaws import FLAWS, CustomerFlaw, Flaw
from invoice_simulators.scenario.hierarchies import contracts_of
from invoice_simulators.scenario.kinds import (
    SOUND,
    Draw,
    credit_memo,
    legacy_plan,
    paid_by_itself,
    regenerated,
    scheduled,
    usage,
)
from invoice_simulators.scenario.line_items import Lines, counts, is_adjustment, sum_of
from invoice_simulators.wire import Json

FLAWED_EVERY = 10
DUPLICATES = 0.05
# How many places too early or too late an event may arrive.
DISORDER = 8

NOVEMBER = datetime(2026, 11, 2, 6, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Totals:
    """Totals of one currency in major units with Metronome's sign; ``billed`` is the sum."""

    billed: Decimal
    created: Decimal
    failed: Decimal
    skipped: Decimal


@dataclass(frozen=True, slots=True)
class Scenario:
    """``ends`` are by invoice id, including unknown ones; ``deliveries`` in order of arrival.

    ``contracts`` are the ones of invoices that name a payer.
    """

    customers: list[Json]
    contracts: list[Json]
    invoices: list[Json]
    deliveries: list[Json]
    ends: dict[str, End]

    def summary(self) -> dict[str, Totals]:
        """Return Metronome's totals by currency, rounded to cents, split by expected result."""
        sums: dict[str, dict[str, Decimal]] = {}
        for invoice in self.invoices:
            unit = _unit_of(invoice)
            split = sums.setdefault(
                unit.currency, dict.fromkeys(("created", "failed", "skipped"), Decimal("0.00"))
            )
            end = type(self.ends[invoice["id"]]).__name__.lower()
            split[end] += unit.major(invoice["total"]).quantize(CENT, ROUND_HALF_EVEN)
        return {
            currency: Totals(sum(split.values(), Decimal(0)), **split)
            for currency, split in sums.items()
        }


def _unit_of(invoice: Json) -> Unit:
    return next(unit for unit in (USD, EUR, TOKENS) if unit.id == invoice["credit_type"]["id"])


def scenario(
    count: int = 200,
    seed: int = 1,
    *,
    destinations: Sequence[str] = ("netsuite",),
    customer_key: str = "billing_customer_id",
    destination_key: str = "billing_destination",
    item_key: str = "billing_item_id",
    issued_from: datetime = NOVEMBER,
) -> Scenario:
    """Return a scenario of ``count`` invoices, one in ten flawed.

    Each is issued a second after the one before.
    """
    keys = Keys(customer_key, destination_key, item_key)
    generator = _Generator(Random(seed), keys, destinations, issued_from)  # noqa: S311 - repeatable, no secret
    return generator.generate(count)


class _Generator:
    def __init__(
        self, random: Random, keys: Keys, destinations: Sequence[str], issued_from: datetime
    ) -> None:
        self._random = random
        self._keys = keys
        self._destinations = destinations
        self._issued_from = issued_from

    def generate(self, count: int) -> Scenario:
        sound = list(
            sound_customers(
                self._random, self._destinations, 6 * len(self._destinations) + count // 50
            )
        )
        flawed = self._flawed_customers()
        invoices, events, ends = [], [], {}
        for index in range(count):
            flaw = (
                FLAWS[index // FLAWED_EVERY % len(FLAWS)]
                if index % FLAWED_EVERY == FLAWED_EVERY - 1
                else None
            )
            customer = (
                flawed[flaw.customer] if flaw and flaw.customer else self._random.choice(sound)
            )
            draw = usage if flaw else SOUND[(index - index // FLAWED_EVERY) % len(SOUND)]
            invoice, end = self._invoice(index, customer, draw, flaw)
            ends[invoice["id"]] = end
            events.append(finalized_event(invoice))
            if flaw is None or not flaw.unknown_to_metronome:
                invoices.append(invoice)
        customers = [self._customer_object(each) for each in (*sound, *flawed.values())]
        return Scenario(customers, contracts_of(invoices), invoices, self._deliveries(events), ends)

    def _flawed_customers(self) -> dict[CustomerFlaw, Customer]:
        first = self._destinations[0]
        fields: dict[CustomerFlaw, tuple[Unit, str | None, str | None]] = {
            "unmapped": (USD, None, first),
            "without-destination": (USD, "1900", None),
            "unknown-destination": (EUR, "1901", "carrier-pigeon"),
            "refused": (USD, NO_SUCH_CUSTOMER, first),
            "token-payer": (TOKENS, "1902", first),
        }
        return {
            flaw: Customer(new_id(self._random), f"Customer {flaw}", *given)
            for flaw, given in fields.items()
        }

    def _invoice(
        self, index: int, customer: Customer, draw: Draw, flaw: Flaw | None
    ) -> tuple[Json, End]:
        builder = Lines(self._random, customer.unit, self._keys)
        lines = self._spoil(draw(self._random, builder, customer.unit), builder, flaw)
        total = sum_of(lines, customer.unit)
        invoice = (
            self._frame(index, customer, draw)
            | _parted(lines)
            | {"total": total, "subtotal": total}
        )
        if flaw is None:
            return invoice, self._sound_end(customer, lines, total)
        if flaw.change is not None:
            flaw.change(invoice, customer)
        return invoice, self._flawed_end(customer, lines, total, flaw)

    @staticmethod
    def _spoil(lines: list[Json], builder: Lines, flaw: Flaw | None) -> list[Json]:
        if flaw is None or flaw.lines is None:
            return lines
        if flaw.lines == "none":
            return []
        return lines + [
            builder.usage(product)
            for product in ((REFUSED,) if flaw.lines == "refused" else UNMAPPED)
        ]

    def _frame(self, index: int, customer: Customer, draw: Draw) -> Json:
        issued = self._issued_from + timedelta(seconds=index)
        frame: Json = {
            "id": new_id(self._random),
            "customer_id": customer.id,
            "contract_id": new_id(self._random),
            "credit_type": customer.unit.credit_type,
            "status": "FINALIZED",
            "type": "SCHEDULED" if draw is scheduled else "USAGE",
            "issued_at": _text(issued),
            "customer_custom_fields": customer.custom_fields(self._keys),
            "contract_custom_fields": {"po_number": f"PO-{index + 1:05d}"},
            "external_invoice": None,
            "billable_status": "billable",
        }
        if draw is not scheduled:
            frame |= {
                "start_timestamp": "2026-10-01T00:00:00.000Z",
                "end_timestamp": "2026-11-01T00:00:00.000Z",
            }
        if draw is credit_memo:
            frame["correction_record"] = {
                "reason": "outage",
                "memo": "",
                "corrected_invoice_id": new_id(self._random),
            }
        if draw is regenerated:
            frame["regenerated_from_invoice_id"] = new_id(self._random)
        if draw is paid_by_itself:
            frame["payer"] = {"customer_id": customer.id, "contract_id": frame["contract_id"]}
        if draw is legacy_plan:
            del frame["contract_id"]
            frame |= {"plan_id": new_id(self._random), "plan_name": "Gold"}
        return frame | ({"net_payment_terms_days": 30} if index % 2 else {})

    @staticmethod
    def _sound_end(customer: Customer, lines: list[Json], total: Decimal) -> End:
        end = created(customer.unit.currency, customer.unit.major(total))
        if customer.destination != "razorpay":
            return end
        negative = any(line["total"] < 0 for line in lines if counts(line, customer.unit))
        return at_razorpay(end, has_negative_line=negative)

    def _flawed_end(self, customer: Customer, lines: list[Json], total: Decimal, flaw: Flaw) -> End:
        if (
            flaw.lines == "refused" and customer.destination == "razorpay"
        ):  # lines name no item there
            return self._sound_end(customer, lines, total)
        return flaw.end

    def _customer_object(self, customer: Customer) -> Json:
        return {
            "id": customer.id,
            "name": customer.name,
            "external_id": customer.name,
            "ingest_aliases": [customer.name],
            "custom_fields": customer.custom_fields(self._keys),
            "customer_config": {},
            "created_at": "2025-01-01T00:00:00.000Z",
            "updated_at": "2025-01-01T00:00:00.000Z",
            "archived_at": None,
        }

    def _deliveries(self, events: list[Json]) -> list[Json]:
        """Repeat some events later, and disturb the order a little."""
        placed = [
            (index + self._random.uniform(0, DISORDER), event) for index, event in enumerate(events)
        ]
        again = [event for event in events if self._random.random() < DUPLICATES]
        placed += [(self._random.uniform(0, len(events) + DISORDER), event) for event in again]
        return [event for _, event in sorted(placed, key=lambda pair: pair[0])]


def _parted(lines: list[Json]) -> Json:
    adjustments = [line for line in lines if is_adjustment(line)]
    shown = {"line_items": [line for line in lines if not is_adjustment(line)]}
    return shown | ({"invoice_adjustments": adjustments} if adjustments else {})


def _text(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
