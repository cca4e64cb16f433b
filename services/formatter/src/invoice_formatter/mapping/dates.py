"""The document's dates, in UTC. Pure. Metronome's ends are exclusive; ours are the last day covered."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from invoice_formatter.mapping.metronome_invoice import MetronomeInvoice
from invoice_formatter.mapping.rules import MappingRules
from invoice_shared.errors import Rejected

_NO_CALENDAR = "its dates lie outside of the calendar"


@dataclass(frozen=True, slots=True)
class Period:
    """The days that are covered, both inclusive; absent on scheduled invoices, which have no billing period."""

    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class DocumentDates:
    """Period, issue date and due date of the document."""

    period: Period
    issue: date
    due: date | None


def period_of(start: datetime | None, end: datetime | None) -> Period:
    """Give the days from ``start`` up to the last instant before ``end``. Raises as ``document_dates`` does."""
    first = start.date() if start else None
    last = _day_before(end) if end else None
    # A period of no length would end on the day before its start.
    return Period(first, max(first, last) if first and last else last)


def _day_before(end: datetime) -> date:
    try:
        return (end - timedelta(microseconds=1)).date()
    except OverflowError as error:
        raise _undated(_NO_CALENDAR) from error


def document_dates(invoice: MetronomeInvoice, rules: MappingRules) -> DocumentDates:
    """Give the dates by DOCUMENT_DATE; without a period the document is dated as issued in either case.

    Raises ``Rejected("invalid-invoice")`` where there is no date at all, or none that a calendar holds.
    """
    period = period_of(invoice.start_timestamp, invoice.end_timestamp)
    issue = _issue_date(invoice, period, rules)
    return DocumentDates(period, issue, _due_date(invoice, issue))


def issued_on(invoice: MetronomeInvoice) -> date | None:
    """Return the day of issue, else of the period's end; ``None`` if it has neither."""
    dated = invoice.issued_at or invoice.end_timestamp
    return dated.date() if dated else None


def _issue_date(invoice: MetronomeInvoice, period: Period, rules: MappingRules) -> date:
    if rules.document_date == "period_end" and period.end:
        return period.end
    if (issued := issued_on(invoice)) is None:
        raise _undated("it has neither an issue date nor the end of a period")
    return issued


def _due_date(invoice: MetronomeInvoice, issue: date) -> date | None:
    terms = invoice.net_payment_terms_days
    try:
        return None if terms is None else issue + timedelta(days=int(terms))
    except OverflowError as error:
        raise _undated(_NO_CALENDAR) from error


def _undated(problem: str) -> Rejected:
    return Rejected(
        "invalid-invoice",
        f"The invoice cannot be dated: {problem}. Look at it in Metronome and issue it anew, or bill it by hand.",
    )
