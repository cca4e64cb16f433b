"""Line items of Metronome invoices, in Metronome's own units.

Amounts are exact products of quantity and price.
"""

from decimal import Decimal
from random import Random

from invoice_simulators.scenario.catalog import (
    COMMIT,
    CONVERSION,
    CREDIT,
    CREDITS,
    Keys,
    Product,
    Unit,
    new_id,
)
from invoice_simulators.wire import Json

PERIOD: Json = {
    "starting_at": "2026-10-01T00:00:00.000Z",
    "ending_before": "2026-11-01T00:00:00.000Z",
}
REGIONS = ("eu-central", "us-east", "ap-south")


class Lines:
    """Builds the lines of one invoice."""

    def __init__(self, random: Random, unit: Unit, keys: Keys) -> None:
        self._random = random
        self._unit = unit
        self._keys = keys

    def usage(self, product: Product) -> Json:
        """Metered usage: fractions of a unit at fractions of a cent, some with group values."""
        price = Decimal(self._random.randrange(1, 500_000)) / 10_000 / (100 // self._unit.per_major)
        quantity = Decimal(self._random.randrange(1, 4_000_000)) / 1_000
        line = self._priced("usage", product, quantity, price) | PERIOD
        if self._random.random() < 0.4:
            line["pricing_group_values"] = {"region": self._random.choice(REGIONS)}
        if self._random.random() < 0.4:
            line["presentation_group_values"] = {
                "team": self._random.choice(("search", "ads", "")),
                "project": None,
            }
        return line

    def subscription(self, product: Product) -> Json:
        """Whole seats at a round price."""
        price = Decimal(self._random.randrange(5, 120) * self._unit.per_major)
        line = self._priced("subscription", product, Decimal(self._random.randrange(1, 200)), price)
        return line | PERIOD | {"subscription_id": new_id(self._random), "is_prorated": False}

    def scheduled(self, product: Product) -> Json:
        """A charge on a date: no period."""
        price = Decimal(self._random.randrange(1, 900) * 10 * self._unit.per_major)
        return self._priced("scheduled", product, Decimal(1), price) | {
            "scheduled_charge_id": new_id(self._random)
        }

    def commit_purchase(self) -> Json:
        """The sale of a prepaid commit."""
        price = Decimal(self._random.randrange(10, 90) * 100 * self._unit.per_major)
        line = self._priced("commit_purchase", COMMIT, Decimal(1), price)
        return line | {"commit_id": new_id(self._random), "commit_type": "PrepaidCommit"}

    def zero(self, product: Product) -> Json:
        """A line without usage: quantity and amount are zero."""
        return self._priced("usage", product, Decimal(0), Decimal("1.25")) | PERIOD

    def applied(self, amount: Decimal, kind: str = "PREPAID") -> Json:
        """An applied commit or credit over ``amount``, mapped by the commit's own field."""
        commit_id = new_id(self._random)
        return {
            "name": f"{COMMIT.name} applied",
            "type": "applied_commit_or_credit",
            "total": -amount,
            "credit_type": self._unit.credit_type,
            "commit_id": commit_id,
            "commit_type": "PostpaidCommit" if kind == "POSTPAID" else "PrepaidCommit",
            "commit_custom_fields": {self._keys.item: str(COMMIT.item_id)},
            "applied_commit_or_credit": {"id": commit_id, "type": kind},
            **PERIOD,
        }

    def tiers(self, product: Product) -> list[Json]:
        """One product's usage in two tiers, the second one cheaper."""
        price = Decimal(self._random.randrange(200, 900)) / 100 / (100 // self._unit.per_major)
        first = self._priced("usage", product, Decimal(1000), price) | PERIOD
        second = (
            self._priced("usage", product, Decimal(self._random.randrange(1, 5000)), price / 2)
            | PERIOD
        )
        return [
            first | {"tier": {"level": 1, "starting_at": "0", "size": "1000"}},
            second | {"tier": {"level": 2, "starting_at": "1000"}},
        ]

    def in_parts(self, product: Product) -> Json:
        """A charge of a legacy plan, with its parts."""
        line = self.usage(product)
        part = {"name": product.name, "quantity": line["quantity"], "subtotal": line["total"]}
        part |= {"custom_fields": {}, "tiers": []}
        return line | {"sub_line_items": [part]}

    def adjustment(self, amount: Decimal) -> Json:
        """The adjustment of a legacy plan's credit grant, which has no type."""
        return {
            "name": f"{CREDIT.name} granted",
            "total": -amount,
            "credit_type": self._unit.credit_type,
            "credit_grant_id": new_id(self._random),
            "credit_grant_custom_fields": {self._keys.item: str(CREDIT.item_id)},
        }

    def pricing_units(self, product: Product) -> Json:
        """Usage in a custom pricing unit, which is not part of the total."""
        return self.usage(product) | {"credit_type": CREDITS}

    def conversion(self, amount: Decimal) -> Json:
        """The cost of pricing units in the invoice's currency."""
        return self._priced("cpu_conversion", CONVERSION, amount, Decimal(1))

    def correction(self, amount: Decimal) -> Json:
        """A refund."""
        return self._priced("scheduled", CREDIT, Decimal(-1), amount)

    def _priced(self, kind: str, product: Product, quantity: Decimal, price: Decimal) -> Json:
        mapped = {self._keys.item: product.item_id} if product.item_id is not None else {}
        return {
            "name": product.name,
            "type": kind,
            "product_id": product.id,
            "product_custom_fields": mapped,
            "quantity": quantity,
            "unit_price": price,
            "total": quantity * price,
            "credit_type": self._unit.credit_type,
        }


def counts(line: Json, unit: Unit) -> bool:
    """Whether a line is part of the total: in its currency, and not a postpaid commit."""
    applied = line.get("applied_commit_or_credit", {}).get("type")
    return bool(line["credit_type"]["id"] == unit.id and applied != "POSTPAID")


def is_adjustment(line: Json) -> bool:
    """Whether it belongs to ``invoice_adjustments`` and not to the lines."""
    return "credit_grant_id" in line


def sum_of(lines: list[Json], unit: Unit) -> Decimal:
    """Return the exact sum of the counting lines."""
    return sum((line["total"] for line in lines if counts(line, unit)), Decimal(0))
