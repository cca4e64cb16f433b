import pytest

from invoice_operations.errors import InvalidRequest
from invoice_operations.pace import Pace, parse_rate
from tests.fakes import FakeClock


@pytest.mark.parametrize(("text", "per_second"), [("50/s", 50), ("600/m", 10), ("7200/h", 2), ("0.5", 0.5)])
def test_a_rate_is_so_many_a_second_minute_or_hour(text: str, per_second: float) -> None:
    assert parse_rate(text) == per_second


@pytest.mark.parametrize("text", ["fast", "0/s", "-1", "5/d", ""])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"e\.g\. 50"):
        parse_rate(text)


def test_calls_are_spaced_evenly() -> None:
    clock = FakeClock()
    pace = Pace(2, clock, clock.advance)

    for _ in range(5):
        pace.wait()

    assert clock.monotonic() == 2.0


def test_lost_time_is_not_made_up_by_a_burst() -> None:
    clock = FakeClock()
    pace = Pace(1, clock, clock.advance)
    pace.wait()
    clock.advance(10)

    pace.wait()
    pace.wait()

    assert clock.monotonic() == 11.0


def test_when_the_other_side_asks_for_it_all_wait() -> None:
    clock = FakeClock()
    pace = Pace(None, clock, clock.advance)
    pace.hold(3)

    pace.wait()
    pace.wait()

    assert clock.monotonic() == 3.0
