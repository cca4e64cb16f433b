"""Build the document's lines: names, items, grouping, and rounding that keeps the total.

Pure.
"""

from collections.abc import Sequence
from decimal import Decimal

from invoice_formatter.mapping.amount_converter import AmountConverter
from invoice_formatter.mapping.exact_line import ExactLine
from invoice_formatter.mapping.extra_fields import ExtraFields
from invoice_formatter.mapping.grouping import group_by_item
from invoice_formatter.mapping.items import item_ids
from invoice_formatter.mapping.lines import line_name
from invoice_formatter.mapping.metronome_invoice import MetronomeLine
from invoice_formatter.mapping.money import round_lines
from invoice_formatter.mapping.periods import period_of_line
from invoice_formatter.mapping.rules import MappingRules
from invoice_shared.invoice import LineItem


def exact_lines(
    lines: Sequence[MetronomeLine],
    converter: AmountConverter,
    rules: MappingRules,
    extra: ExtraFields,
    *,
    destination: str,
) -> list[ExactLine]:
    """Return the lines with exact amounts. Raises ``Rejected("items-not-mapped")``."""
    exact = [
        _exact_line(line, item, converter, rules, extra)
        for line, item in zip(lines, item_ids(lines, rules, destination), strict=True)
    ]
    return group_by_item(exact) if rules.line_grouping == "by_item" else exact


def _exact_line(
    line: MetronomeLine,
    item_id: str,
    converter: AmountConverter,
    rules: MappingRules,
    extra: ExtraFields,
) -> ExactLine:
    period = period_of_line(line)
    return ExactLine(
        product_name=line.name,
        name=line_name(line, rules),
        quantity=converter.quantity(line),
        unit_price=converter.unit_price(line),
        amount=converter.amount(line.total),
        external_item_id=item_id,
        product_id=line.product_id,
        line_type=line.type,
        start_date=period.start,
        end_date=period.end,
        extra_fields=extra.of_line(line),
    )


def rounded_lines(
    lines: Sequence[ExactLine], total: Decimal, minor_digits: int
) -> tuple[LineItem, ...]:
    """Round the amounts so that their sum is exactly ``total``.

    Raises ``Rejected("totals-mismatch")``.
    """
    amounts = round_lines([line.amount for line in lines], total, minor_digits)
    return tuple(_line_item(line, amount) for line, amount in zip(lines, amounts, strict=True))


def _line_item(line: ExactLine, amount: Decimal) -> LineItem:
    return LineItem(
        name=line.name,
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount=amount,
        external_item_id=line.external_item_id,
        product_id=line.product_id,
        line_type=line.line_type,
        start_date=line.start_date,
        end_date=line.end_date,
        extra_fields=line.extra_fields,
    )
