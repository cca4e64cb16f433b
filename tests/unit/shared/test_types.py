from datetime import UTC, datetime, timedelta, timezone

import pytest

from invoice_shared.types import time_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2026, 3, 1, 12, 0, 0, 123999, UTC), "2026-03-01T12:00:00.123Z"),
        (datetime(2026, 3, 1, 12, tzinfo=UTC), "2026-03-01T12:00:00.000Z"),
        (datetime(2026, 3, 1, 0, 15, tzinfo=timezone(timedelta(hours=5, minutes=30))),
         "2026-02-28T18:45:00.000Z"),
        (datetime.min.replace(tzinfo=UTC), "0001-01-01T00:00:00.000Z"),
        (datetime.max.replace(tzinfo=UTC), "9999-12-31T23:59:59.999Z"),
    ],
)  # fmt: skip
def test_a_time_is_written_with_milliseconds_in_utc(value: datetime, text: str) -> None:
    assert time_text(value) == text
