"""Describe what the rules changed in one invoice, for ``invoices preview``.

Pure.
"""

from collections.abc import Iterator, Sequence

from invoice_formatter.mapping.currency import is_currency
from invoice_formatter.mapping.exact_line import ExactLine
from invoice_formatter.mapping.metronome_invoice import MetronomeInvoice
from invoice_formatter.mapping.money import exact_sum, round_total
from invoice_formatter.mapping.rules import MappingRules
from invoice_shared.invoice import FormattedInvoice, InformationalLine
from invoice_shared.types import decimal_text

LEFT_OUT = {
    "pricing-unit": "is in a custom pricing unit, which is not money",
    "postpaid-commit": "applies a postpaid commit, which is not part of the total",
    "zero-amount": "has no quantity and no amount (ZERO_AMOUNT_LINES)",
}


def notes_on(
    invoice: MetronomeInvoice,
    document: FormattedInvoice,
    exact: Sequence[ExactLine],
    rules: MappingRules,
) -> tuple[str, ...]:
    """Return notes on lines left out, joined or rounded, and on dates and signs set by rules."""
    return (
        *_on_payer(invoice),
        *_on_document(document),
        *_on_dates(invoice, document, rules),
        *_on_what_was_unreadable(invoice),
        *(
            f'"{line.name}" is left out: it {_why_left_out(line)}.'
            for line in document.informational_lines
        ),
        *_on_grouping(invoice, document, rules),
        *_on_rounding(document, exact),
    )


def _why_left_out(line: InformationalLine) -> str:
    if line.reason == "pricing-unit" and is_currency(line.unit):
        return f"is in {line.unit}, another currency than the invoice's"
    return LEFT_OUT[line.reason]


def _on_payer(invoice: MetronomeInvoice) -> Iterator[str]:
    if invoice.payer_billed is not None:
        yield (
            f"It is billed to the customer {invoice.payer_billed}, who pays for it"
            " (HIERARCHY_BILLED_TO)."
        )


def _on_document(document: FormattedInvoice) -> Iterator[str]:
    if document.document_type == "credit_memo":
        yield "The total is negative: it becomes a credit memo with negated amounts."
    if not document.total:
        yield "The total is zero and is sent (ZERO_TOTAL_INVOICES)."
    if document.corrected_invoice_id:
        yield (
            f"It corrects the invoice {document.corrected_invoice_id}, which is not changed at the"
            " billing provider."
        )
    if document.regenerated_from_invoice_id:
        yield (
            f"It replaces {document.regenerated_from_invoice_id}, which was voided only in"
            " Metronome:"
            " void it at the billing provider by hand."
        )


def _on_dates(
    invoice: MetronomeInvoice, document: FormattedInvoice, rules: MappingRules
) -> Iterator[str]:
    if rules.document_date == "period_end":
        dated = (
            "the last day of its period"
            if document.end_date
            else "the date of issue, because it has no period"
        )
        yield f"It is dated {document.issue_date}, {dated} (DOCUMENT_DATE)."
    elif invoice.issued_at is None:
        yield f"It has no issue date and is dated {document.issue_date}, the end of its period."


def _on_what_was_unreadable(invoice: MetronomeInvoice) -> Iterator[str]:
    if (
        invoice.tree.get("net_payment_terms_days") is not None
        and invoice.net_payment_terms_days is None
    ):
        yield "It has no due date: its payment terms are not a number of days from 0 to 36,500."
    for line in invoice.lines:
        for name, known in (("quantity", line.quantity), ("unit_price", line.unit_price)):
            if line.tree.get(name) is not None and known is None:
                yield f'The {name} of "{line.name}" is left out: it has too many digits.'


def _on_grouping(
    invoice: MetronomeInvoice, document: FormattedInvoice, rules: MappingRules
) -> Iterator[str]:
    counted = len(invoice.lines) - len(document.informational_lines)
    if rules.line_grouping == "by_item" and len(document.line_items) < counted:
        yield (
            f"{counted} lines are joined into {len(document.line_items)}, one per item"
            " (LINE_GROUPING)."
        )


def _on_rounding(document: FormattedInvoice, exact: Sequence[ExactLine]) -> Iterator[str]:
    for line, rounded in zip(exact, document.line_items, strict=True):
        minor_digits = -int(rounded.amount.as_tuple().exponent)
        if rounded.amount != round_total(line.amount, minor_digits):
            yield (
                f'"{line.name}" is rounded to {decimal_text(rounded.amount)} from'
                f" {decimal_text(line.amount)}, so that the lines add up to the total."
            )
    if (found := exact_sum(line.amount for line in exact)) != document.total:
        yield (
            f"The lines add up to exactly {decimal_text(found)}; the total is"
            f" {decimal_text(document.total)}."
        )
