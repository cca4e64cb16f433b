from datetime import UTC, datetime, timedelta

import pytest

from invoice_operations.errors import InvalidRequest
from invoice_operations.times import EARLIEST, age, parse_moment
from tests.fakes import START


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        pytest.param("90m", START - timedelta(minutes=90), id="minutes ago"),
        pytest.param("2h", START - timedelta(hours=2), id="hours ago"),
        pytest.param("7D", START - timedelta(days=7), id="days ago, however written"),
        pytest.param("1w", START - timedelta(weeks=1), id="weeks ago"),
        pytest.param(
            "2026-10-01", datetime(2026, 10, 1, tzinfo=UTC), id="a day begins at midnight UTC"
        ),
        pytest.param(
            "2026-10-01T06:30",
            datetime(2026, 10, 1, 6, 30, tzinfo=UTC),
            id="UTC unless it names a zone",
        ),
        pytest.param(
            "2026-10-01T06:30+02:00",
            datetime(2026, 10, 1, 4, 30, tzinfo=UTC),
            id="another time zone",
        ),
        pytest.param("1900-01-01", EARLIEST, id="no broker has records of before 1970"),
        pytest.param("2026-10-01T06:30Z", datetime(2026, 10, 1, 6, 30, tzinfo=UTC), id="Z"),
    ],
)
def test_a_time_is_an_age_or_iso_8601(text: str, moment: datetime) -> None:
    assert parse_moment(text, START) == moment


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2",
        "h",
        "-2h",
        "2026-13-01",
        "",
        "99999999999w",
        "999999w",
        "0001-01-01T00:00+14:00",
    ],
)
def test_anything_else_is_refused_with_examples(text: str) -> None:
    with pytest.raises(InvalidRequest, match="30m, 2h or 7d"):
        parse_moment(text, START)


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=30), "0m"),
        (timedelta(minutes=59), "59m"),
        (timedelta(hours=3, minutes=5), "3h 5m"),
        (timedelta(days=2, hours=1, minutes=5), "2d 1h"),
        (timedelta(seconds=-5), "0m"),
    ],
)
def test_an_age_is_shown_in_its_two_largest_units(ago: timedelta, said: str) -> None:
    assert age(START - ago, START) == said
