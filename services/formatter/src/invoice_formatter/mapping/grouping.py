"""LINE_GROUPING=by_item: one line an item, for providers that allow few. Pure; amounts are still exact here."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from invoice_formatter.mapping.money import exact_sum
from invoice_shared.invoice import LineItem

MIXED = "mixed"
"""``line_type`` of a line that stands for lines of several types."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A line before rounding, and the product's bare name, from which a joined line takes its own."""

    product_name: str
    line: LineItem


def group_by_item(drafts: Sequence[Draft]) -> list[LineItem]:
    """Join the lines of each item, in the order of their first appearance; the sum stays what it was.

    Lines whose extra fields differ (another class, another department) stay apart: joined they would be booked wrongly.
    """
    groups: dict[tuple[object, ...], list[Draft]] = {}
    for draft in drafts:
        key = (draft.line.external_item_id, *sorted(draft.line.extra_fields.items()))
        groups.setdefault(key, []).append(draft)
    return [_join(group) for group in groups.values()]


def _join(group: Sequence[Draft]) -> LineItem:
    lines = [draft.line for draft in group]
    first = lines[0]
    if len(group) == 1:
        return first
    line_types = {line.line_type for line in lines}
    products = {line.product_id for line in lines}
    return first.model_copy(
        update={
            "name": ", ".join(dict.fromkeys(draft.product_name for draft in group)),
            **_quantity_and_price(lines),
            "amount": exact_sum(line.amount for line in lines),
            "product_id": first.product_id if len(products) == 1 else None,
            "line_type": first.line_type if len(line_types) == 1 else MIXED,
            **_period(lines),
        }
    )


def _quantity_and_price(lines: Sequence[LineItem]) -> dict[str, object]:
    """Add quantities up only where one price holds for all; elsewhere they may count different things."""
    quantities = [line.quantity for line in lines if line.quantity is not None]
    if len(quantities) < len(lines) or len({line.unit_price for line in lines}) > 1:
        return {"quantity": None, "unit_price": None}
    return {"quantity": exact_sum(quantities)}


def _period(lines: Sequence[LineItem]) -> dict[str, object]:
    days = list(chain.from_iterable((line.start_date, line.end_date) for line in lines))
    known = [day for day in days if day is not None]
    whole = len(known) == len(days)
    return {"start_date": min(known) if whole else None, "end_date": max(known) if whole else None}
