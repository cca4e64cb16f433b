from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_shared.answer import MAX_RETRY_AFTER_SECONDS, Answer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def asked(value: str) -> float | None:
    return Answer(429, {"Retry-After": value}, b"").retry_after(NOW)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param("3", 3.0, id="whole seconds"),
        pytest.param("120", 120.0, id="minutes"),
        pytest.param("1.5", 1.5, id="a fraction"),
        pytest.param("Sun, 01 Mar 2026 12:01:00 GMT", 60.0, id="a date"),
        pytest.param("Sun, 01 Mar 2026 11:00:00 GMT", 0.0, id="a date that has passed"),
        pytest.param("Sun, 01 Mar 2026 12:01:00", 60.0, id="a date without a zone is UTC"),
        pytest.param("86400", 3600.0, id="no longer than an hour"),
        pytest.param("9" * 400, 3600.0, id="beyond any clock"),
        pytest.param("Fri, 31 Dec 9999 23:59:59 -2300", 3600.0, id="a time beyond the calendar"),
        pytest.param("Fri, 31 Dec 2026 23:59:59 -9999", None, id="an invalid zone"),
        pytest.param("-1", None, id="negative"),
        pytest.param("nan", None, id="not a number"),
        pytest.param("soon", None, id="not understood"),
        pytest.param("", None, id="no header"),
    ],
)
def test_the_delay_that_another_system_asks_for_is_read(value: str, seconds: float | None) -> None:
    assert asked(value) == seconds


@given(
    st.text()
    | st.from_regex(r"\w{3}, \d{1,4} \w{3} \d{1,6} \d+:\d+:\d+ [+-]?\d{1,9}", fullmatch=True)
)
def test_no_header_ends_the_process(value: str) -> None:
    seconds = asked(value)

    assert seconds is None or 0 <= seconds <= MAX_RETRY_AFTER_SECONDS
