from invoice_operations.rate_limit import RateLimit
from tests.fakes import FakeClock


def test_calls_are_spaced_evenly() -> None:
    clock = FakeClock()
    rate_limit = RateLimit(2, clock, clock.advance)

    for _ in range(5):
        rate_limit.wait()

    assert clock.monotonic() == 2.0


def test_lost_time_is_not_made_up_by_a_burst() -> None:
    clock = FakeClock()
    rate_limit = RateLimit(1, clock, clock.advance)
    rate_limit.wait()
    clock.advance(10)

    rate_limit.wait()
    rate_limit.wait()

    assert clock.monotonic() == 11.0


def test_all_calls_wait_if_the_other_system_asks_for_it() -> None:
    clock = FakeClock()
    rate_limit = RateLimit(None, clock, clock.advance)
    rate_limit.hold(3)

    rate_limit.wait()
    rate_limit.wait()

    assert clock.monotonic() == 3.0
