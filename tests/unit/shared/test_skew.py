"""A wrong clock, in words."""

from datetime import UTC, datetime

import pytest

from invoice_shared.skew import clock_advice, distance

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        pytest.param(
            "Sun, 01 Mar 2026 11:40:00 GMT", "This machine's clock is 20 minutes ahead", id="ahead"
        ),
        pytest.param(
            "Sun, 01 Mar 2026 17:00:00 GMT", "This machine's clock is 5 hours behind", id="behind"
        ),
        pytest.param("Sun, 01 Mar 2026 13:00:00 +0100", "", id="the same time in another zone"),
        pytest.param("Sun, 01 Mar 2026 12:03:00 GMT", "", id="too little to matter"),
        pytest.param("Fri, 31 Dec 2026 23:59:59 -9999", "", id="not a time"),
        pytest.param(None, "", id="no header"),
    ],
)
def test_a_wrong_clock_is_reported_with_the_difference_and_its_direction(
    theirs: str | None, said: str
) -> None:
    advice = clock_advice(theirs, NOW)

    assert advice.startswith(said)
    assert bool(advice) is bool(said)


def test_a_difference_is_in_the_largest_unit_that_fits() -> None:
    days = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
    seconds = datetime(2026, 3, 1, 12, 1, tzinfo=UTC)

    assert distance(days, NOW, "later", "earlier") == "3 days later"
    assert distance(NOW, seconds, "later", "earlier") == "60 seconds earlier"
