"""Periods in days of UTC.

Pure. Metronome's ends are exclusive; ours are the last day.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from invoice_formatter.mapping.metronome_invoice import MetronomeInvoice, MetronomeLine
from invoice_shared.errors import Rejected
from invoice_shared.types import to_utc

# The shortest time in a ``datetime``.
INSTANT = timedelta(microseconds=1)
NO_CALENDAR = "its dates are outside of the calendar"


@dataclass(frozen=True, slots=True)
class Period:
    """The first and the last day; ``None`` on scheduled invoices, which have no billing period."""

    start: date | None
    end: date | None


# The lines of an invoice share their period.
@lru_cache(maxsize=64)
def period_of(start: datetime | None, end: datetime | None) -> Period:
    """Return the days from ``start`` up to the last instant before ``end``.

    Raises as ``document_dates`` does.
    """
    first = day_of(start) if start else None
    last = day_of(end, before=INSTANT) if end else None
    # An empty period would end on the day before its start.
    return Period(first, max(first, last) if first and last else last)


def period_of_invoice(invoice: MetronomeInvoice) -> Period:
    """Return the billing period. Raises as ``document_dates`` does."""
    return period_of(invoice.start_timestamp, invoice.end_timestamp)


def period_of_line(line: MetronomeLine) -> Period:
    """Return the service period of a line. Raises as ``document_dates`` does."""
    return period_of(line.starting_at, line.ending_before)


def day_of(moment: datetime, before: timedelta = timedelta()) -> date:
    """Return the day in UTC of a time minus ``before``.

    Raises as ``document_dates`` does.
    """
    try:
        return (to_utc(moment) - before).date()
    except (OverflowError, ValueError) as error:
        raise undated(NO_CALENDAR) from error


def undated(problem: str) -> Rejected:
    """Return the refusal of an invoice without usable dates."""
    return Rejected(
        "invalid-invoice",
        f"The invoice cannot be dated: {problem}. Check it in Metronome and issue it again, or"
        " bill it by hand.",
    )
