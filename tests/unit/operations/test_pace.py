from invoice_operations.pace import Pace
from tests.fakes import FakeClock


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


def test_all_calls_wait_if_the_other_system_asks_for_it() -> None:
    clock = FakeClock()
    pace = Pace(None, clock, clock.advance)
    pace.hold(3)

    pace.wait()
    pace.wait()

    assert clock.monotonic() == 3.0
