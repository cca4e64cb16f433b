"""Select the lines that add up to an invoice's total, and name them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from invoice_formatter.mapping.fields import scalar_text
from invoice_formatter.mapping.line_types import APPLICATION, POSTPAID_COMMIT
from invoice_formatter.mapping.metronome_invoice import MetronomeInvoice, MetronomeLine
from invoice_formatter.mapping.rules import MappingRules
from invoice_shared.invoice import InformationalLine

LeftOut = Literal["pricing-unit", "postpaid-commit", "zero-amount"]


@dataclass(frozen=True, slots=True)
class Selection:
    """The lines of the total, and the informational ones, each in the invoice's order."""

    counted: tuple[MetronomeLine, ...]
    left_out: tuple[tuple[MetronomeLine, LeftOut], ...]


def select_lines(invoice: MetronomeInvoice, rules: MappingRules) -> Selection:
    """Select the lines; ZERO_AMOUNT_LINES leaves out empty lines, but never all of them."""
    reasons = [_not_money(line, invoice) for line in invoice.lines]
    if rules.zero_amount_lines == "drop" and not _all_empty(invoice, reasons):
        reasons = [
            reason or ("zero-amount" if _is_empty(line) else None)
            for line, reason in zip(invoice.lines, reasons, strict=True)
        ]
    parted = list(zip(invoice.lines, reasons, strict=True))
    return Selection(
        counted=tuple(line for line, reason in parted if reason is None),
        left_out=tuple((line, reason) for line, reason in parted if reason is not None),
    )


def _not_money(line: MetronomeLine, invoice: MetronomeInvoice) -> LeftOut | None:
    if line.credit_type.id != invoice.credit_type.id:
        return "pricing-unit"
    return "postpaid-commit" if _applies_postpaid_commit(line) else None


def _applies_postpaid_commit(line: MetronomeLine) -> bool:
    # Paid later on another invoice: shown, but not part of this total (the SDK's docstring of the
    # line types).
    if line.type != APPLICATION:
        return False
    if line.applied_commit_or_credit and line.applied_commit_or_credit.type:
        return line.applied_commit_or_credit.type == "POSTPAID"
    return line.commit_type == POSTPAID_COMMIT


def _is_empty(line: MetronomeLine) -> bool:
    return not line.total and not line.quantity


def _all_empty(invoice: MetronomeInvoice, reasons: Sequence[LeftOut | None]) -> bool:
    return all(
        _is_empty(line)
        for line, reason in zip(invoice.lines, reasons, strict=True)
        if reason is None
    )


def informational(line: MetronomeLine, reason: LeftOut, rules: MappingRules) -> InformationalLine:
    """Return an informational line, with Metronome's amount and quantity."""
    return InformationalLine(
        name=line_name(line, rules),
        line_type=line.type,
        unit=line.credit_type.name,
        quantity=line.quantity,
        amount=line.total,
        reason=reason,
    )


def line_name(line: MetronomeLine, rules: MappingRules) -> str:
    """Return a line's name: the product, then its groups as ``key=value`` in Metronome's order."""
    if not line.pricing_group_values and not line.presentation_group_values:
        return line.name
    groups = [
        *(line.pricing_group_values or {}).items(),
        *(line.presentation_group_values or {}).items(),
    ]
    shown = [f"{key}={scalar_text(value) or ''}" for key, value in groups if value is not None]
    return rules.line_item_name_separator.join([line.name, *shown])
