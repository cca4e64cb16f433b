"""The kinds of valid invoices, with their lines."""

from collections.abc import Callable
from decimal import Decimal
from random import Random

from invoice_simulators.scenario.catalog import PRODUCTS, UNMAPPED, Unit
from invoice_simulators.scenario.line_items import Lines, sum_of
from invoice_simulators.wire import Json

Draw = Callable[[Random, Lines, Unit], list[Json]]


def usage(random: Random, lines: Lines, _unit: Unit) -> list[Json]:
    """Usage of two to six products."""
    return [lines.usage(product) for product in random.sample(PRODUCTS, random.randrange(2, 7))]


def subscription(random: Random, lines: Lines, unit: Unit) -> list[Json]:
    """Seats and usage."""
    return [lines.subscription(PRODUCTS[4]), *usage(random, lines, unit)]


def commit_applied(random: Random, lines: Lines, unit: Unit) -> list[Json]:
    """Usage, two thirds covered by a commit, and a little more by a free credit."""
    used = usage(random, lines, unit)
    covered = (sum_of(used, unit) * 2 / 3).quantize(Decimal("0.001"))
    return [*used, lines.applied(covered), lines.applied(Decimal("0.125"), "CREDIT")]


def fully_covered(random: Random, lines: Lines, unit: Unit) -> list[Json]:
    """Usage fully covered by a commit, so the total is zero."""
    used = usage(random, lines, unit)
    return [*used, lines.applied(sum_of(used, unit))]


def pricing_units(random: Random, lines: Lines, unit: Unit) -> list[Json]:
    """Usage in a custom pricing unit, and its conversion into money."""
    used = [lines.pricing_units(product) for product in random.sample(PRODUCTS + UNMAPPED, 3)]
    owed = Decimal(random.randrange(1_000, 9_000_000)) / 1_000
    return [*used, lines.conversion(owed), *usage(random, lines, unit)]


def postpaid(random: Random, lines: Lines, unit: Unit) -> list[Json]:
    """Usage with an applied postpaid commit, which does not change the total."""
    used = usage(random, lines, unit)
    return [*used, lines.applied(sum_of(used, unit).quantize(Decimal("0.01")), "POSTPAID")]


def zero_lines(random: Random, lines: Lines, unit: Unit) -> list[Json]:
    """Usage, and products without usage, mapped or not."""
    return [lines.zero(UNMAPPED[0]), *usage(random, lines, unit), lines.zero(PRODUCTS[7])]


def scheduled(random: Random, lines: Lines, _unit: Unit) -> list[Json]:
    """Charges on a date, or the sale of a commit."""
    return [lines.commit_purchase()] if random.random() < 0.5 else [lines.scheduled(PRODUCTS[5])]


def credit_memo(random: Random, lines: Lines, unit: Unit) -> list[Json]:
    """A correction larger than the usage."""
    used = usage(random, lines, unit)
    return [*used, lines.correction(sum_of(used, unit) + random.randrange(1, 900) * unit.per_major)]


def tiered(random: Random, lines: Lines, unit: Unit) -> list[Json]:
    """Usage in two price tiers, one line each."""
    return [*lines.tiers(PRODUCTS[6]), *usage(random, lines, unit)]


def legacy_plan(random: Random, lines: Lines, unit: Unit) -> list[Json]:
    """A legacy plan's charges with their parts, and a credit grant on the whole invoice."""
    granted = Decimal("0.25") * unit.per_major
    return [
        *(lines.in_parts(product) for product in random.sample(PRODUCTS, 2)),
        lines.adjustment(granted),
    ]


def regenerated(random: Random, lines: Lines, unit: Unit) -> list[Json]:
    """A replacement of a voided invoice."""
    return usage(random, lines, unit)


def paid_by_itself(random: Random, lines: Lines, unit: Unit) -> list[Json]:
    """An invoice of a child in a hierarchy that pays for itself."""
    return usage(random, lines, unit)


# Used in turn; plain usage is the most frequent.
SOUND: tuple[Draw, ...] = (
    usage,
    usage,
    subscription,
    commit_applied,
    usage,
    scheduled,
    postpaid,
    zero_lines,
    usage,
    pricing_units,
    subscription,
    credit_memo,
    usage,
    scheduled,
    commit_applied,
    fully_covered,
    tiered,
    legacy_plan,
    regenerated,
    paid_by_itself,
)
