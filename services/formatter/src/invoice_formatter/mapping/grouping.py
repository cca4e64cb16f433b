"""LINE_GROUPING=by_item: one line per item, for providers that allow few lines.

Pure; amounts are still exact here.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import chain

from invoice_formatter.mapping.exact_line import ExactLine
from invoice_formatter.mapping.money import exact_sum

# The ``line_type`` of a line that joins lines of several types.
MIXED = "mixed"


def group_by_item(lines: Sequence[ExactLine]) -> list[ExactLine]:
    """Join the lines of each item, in the order of their first line; the sum does not change.

    Lines with different extra fields (another class or department) are not joined: the provider
    would book them wrongly.
    """
    groups: dict[tuple[object, ...], list[ExactLine]] = {}
    for line in lines:
        key = (line.external_item_id, *sorted(line.extra_fields.items()))
        groups.setdefault(key, []).append(line)
    return [_join(group) for group in groups.values()]


def _join(lines: Sequence[ExactLine]) -> ExactLine:
    first = lines[0]
    if len(lines) == 1:
        return first
    quantity, unit_price = _quantity_and_price(lines)
    start, end = _period(lines)
    line_types = {line.line_type for line in lines}
    products = {line.product_id for line in lines}
    return first.changed(
        name=", ".join(dict.fromkeys(line.product_name for line in lines)),
        quantity=quantity,
        unit_price=unit_price,
        amount=exact_sum(line.amount for line in lines),
        product_id=first.product_id if len(products) == 1 else None,
        line_type=first.line_type if len(line_types) == 1 else MIXED,
        start_date=start,
        end_date=end,
    )


def _quantity_and_price(lines: Sequence[ExactLine]) -> tuple[Decimal | None, Decimal | None]:
    """Add the quantities only if all prices are equal: else they count different things."""
    quantities = [line.quantity for line in lines if line.quantity is not None]
    if len(quantities) < len(lines) or len({line.unit_price for line in lines}) > 1:
        return None, None
    return exact_sum(quantities), lines[0].unit_price


def _period(lines: Sequence[ExactLine]) -> tuple[date | None, date | None]:
    days = list(chain.from_iterable((line.start_date, line.end_date) for line in lines))
    known = [day for day in days if day is not None]
    whole = len(known) == len(days)
    return (min(known), max(known)) if whole else (None, None)
