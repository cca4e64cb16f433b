"""The document's dates, in UTC. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from invoice_formatter.mapping.metronome_invoice import MetronomeInvoice
from invoice_formatter.mapping.periods import (
    NO_CALENDAR,
    Period,
    day_of,
    period_of_invoice,
    undated,
)
from invoice_formatter.mapping.rules import MappingRules


@dataclass(frozen=True, slots=True)
class DocumentDates:
    """Period, issue date and due date of the document."""

    period: Period
    issue: date
    due: date | None


def document_dates(invoice: MetronomeInvoice, rules: MappingRules) -> DocumentDates:
    """Return the dates by DOCUMENT_DATE; without a period it is always the date of issue.

    Raises ``Rejected("invalid-invoice")`` if there is no date, or none within the calendar.
    """
    period = period_of_invoice(invoice)
    issue = _issue_date(invoice, period, rules)
    return DocumentDates(period, issue, _due_date(invoice, issue))


def issued_on(invoice: MetronomeInvoice) -> date | None:
    """Return the day of issue, else of the period's end, else ``None``."""
    dated = invoice.issued_at or invoice.end_timestamp
    return day_of(dated) if dated else None


def _issue_date(invoice: MetronomeInvoice, period: Period, rules: MappingRules) -> date:
    if rules.document_date == "period_end" and period.end:
        return period.end
    if (issued := issued_on(invoice)) is None:
        raise undated("it has neither an issue date nor the end of a period")
    return issued


def _due_date(invoice: MetronomeInvoice, issue: date) -> date | None:
    terms = invoice.net_payment_terms_days
    try:
        return None if terms is None else issue + timedelta(days=int(terms))
    except OverflowError as error:
        raise undated(NO_CALENDAR) from error
