from datetime import date
from typing import Any

import pytest

from invoice_formatter.mapping.dates import document_dates
from invoice_shared.errors import Rejected
from tests.unit.formatter.builders import invoice, rules

SCHEDULED: dict[str, Any] = {"type": "SCHEDULED", "start_timestamp": None, "end_timestamp": None}
FEB_1 = date(2026, 2, 1)
FEB_28 = date(2026, 2, 28)
MAR_1 = date(2026, 3, 1)
MAR_2 = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("changes", "document_date", "expected"),
    [
        pytest.param(
            {}, "issued", (FEB_1, FEB_28, MAR_2, None), id="the end is the last day covered"
        ),
        pytest.param(
            {},
            "period_end",
            (FEB_1, FEB_28, FEB_28, None),
            id="dated on the last day of the period",
        ),
        pytest.param(
            {"issued_at": None},
            "issued",
            (FEB_1, FEB_28, MAR_1, None),
            id="not issued, dated at the end",
        ),
        pytest.param(
            SCHEDULED, "issued", (None, None, MAR_2, None), id="a scheduled invoice has no period"
        ),
        pytest.param(
            SCHEDULED, "period_end", (None, None, MAR_2, None), id="no period: dated as issued"
        ),
        pytest.param(
            {"net_payment_terms_days": 30},
            "issued",
            (FEB_1, FEB_28, MAR_2, date(2026, 4, 1)),
            id="terms",
        ),
        pytest.param(
            {"net_payment_terms_days": 0},
            "period_end",
            (FEB_1, FEB_28, FEB_28, FEB_28),
            id="due at once",
        ),
        pytest.param(
            {"issued_at": "2026-03-01T23:30:00-05:00"},
            "issued",
            (FEB_1, FEB_28, MAR_2, None),
            id="UTC days",
        ),
        pytest.param(
            {"end_timestamp": "2026-02-10T12:00:00Z"},
            "issued",
            (FEB_1, date(2026, 2, 10), MAR_2, None),
            id="a day that has begun is covered",
        ),
        pytest.param(
            {"end_timestamp": "2026-02-01T00:00:00Z"},
            "issued",
            (FEB_1, FEB_1, MAR_2, None),
            id="a period of no length does not end before it starts",
        ),
        pytest.param(
            {"start_timestamp": None},
            "issued",
            (None, FEB_28, MAR_2, None),
            id="an end without a start",
        ),
    ],
)
def test_the_document_is_dated(
    changes: dict[str, Any],
    document_date: str,
    expected: tuple[date | None, date | None, date, date | None],
) -> None:
    dates = document_dates(invoice(**changes), rules(document_date=document_date))

    assert (dates.period.start, dates.period.end, dates.issue, dates.due) == expected


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param(SCHEDULED | {"issued_at": None}, id="no date at all"),
        pytest.param(
            {"issued_at": "9999-12-31T00:00:00Z", "net_payment_terms_days": 30},
            id="due after the year 9999",
        ),
        pytest.param(
            {"end_timestamp": "0001-01-01T00:00:00Z"}, id="a period that ends before the year 1"
        ),
    ],
)
def test_an_invoice_that_cannot_be_dated_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Rejected) as refused:
        document_dates(invoice(**changes), rules())

    assert refused.value.code == "invalid-invoice"
