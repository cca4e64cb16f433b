"""The lines of the document: named, given their items, grouped if so set, rounded to add up to the total. Pure."""

from collections.abc import Sequence
from decimal import Decimal

from invoice_formatter.mapping.extra_fields import ExtraFields
from invoice_formatter.mapping.grouping import Draft, group_by_item
from invoice_formatter.mapping.items import item_ids
from invoice_formatter.mapping.lines import line_name
from invoice_formatter.mapping.measure import Measure
from invoice_formatter.mapping.metronome_invoice import MetronomeLine
from invoice_formatter.mapping.money import round_lines
from invoice_formatter.mapping.periods import period_of_line
from invoice_formatter.mapping.rules import MappingRules
from invoice_shared.invoice import LineItem


def exact_lines(
    lines: Sequence[MetronomeLine], measure: Measure, rules: MappingRules, extra: ExtraFields, *, destination: str
) -> list[LineItem]:
    """Build the lines, amounts not yet rounded. Raises ``Rejected("items-not-mapped")``."""
    drafts = [
        Draft(line.name, _exact_line(line, item, measure, rules, extra))
        for line, item in zip(lines, item_ids(lines, rules, destination), strict=True)
    ]
    return group_by_item(drafts) if rules.line_grouping == "by_item" else [draft.line for draft in drafts]


def _exact_line(
    line: MetronomeLine, item_id: str, measure: Measure, rules: MappingRules, extra: ExtraFields
) -> LineItem:
    period = period_of_line(line)
    return LineItem(
        name=line_name(line, rules),
        quantity=measure.quantity(line),
        unit_price=measure.unit_price(line),
        amount=measure.amount(line.total),
        external_item_id=item_id,
        product_id=line.product_id,
        line_type=line.type,
        start_date=period.start,
        end_date=period.end,
        extra_fields=extra.of_line(line),
    )


def rounded_lines(lines: Sequence[LineItem], total: Decimal, minor_digits: int) -> tuple[LineItem, ...]:
    """Round the amounts so that they add up to ``total`` exactly. Raises ``Rejected("totals-mismatch")``."""
    amounts = round_lines([line.amount for line in lines], total, minor_digits)
    return tuple(line.model_copy(update={"amount": amount}) for line, amount in zip(lines, amounts, strict=True))
