"""Who has to wait after a 429."""

import pytest
from multidict import CIMultiDict

from invoice_shared.answer import Answer
from invoice_shared.metronome.rate_limits import UNTOLD_HOLD_SECONDS, RateLimits
from tests.fakes import FakeClock


def test_a_customer_on_hold_waits_and_the_others_do_not() -> None:
    clock = FakeClock()
    limits = RateLimits(clock)
    limits.hold_customer("slow", 5)

    assert limits.delay("other") == 0
    assert limits.delay("slow") == 5
    clock.advance(5)
    assert limits.delay("slow") == 0


def test_a_later_and_shorter_hold_on_a_customer_ends_no_earlier_one() -> None:
    limits = RateLimits(FakeClock())
    limits.hold_customer("slow", 5)
    limits.hold_customer("slow", 1)

    assert limits.delay("slow") == 5


def test_a_hold_on_all_makes_everyone_wait() -> None:
    limits = RateLimits(FakeClock())
    limits.hold_all(3)
    limits.hold_all(1)

    assert limits.delay("any") == 3


def test_past_holds_make_nobody_wait() -> None:
    clock = FakeClock()
    limits = RateLimits(clock)
    limits.hold_customer("slow", 5)
    clock.advance(5)
    limits.hold_customer("other", 1)

    assert limits.delay("slow") == 0
    assert limits.delay("other") == 1


@pytest.mark.parametrize(
    ("status", "headers", "customers", "others"),
    [
        pytest.param(
            429,
            {"X-Metronome-Rate-Limit-Type": "Customer", "retry-after": "7"},
            7,
            0,
            id="one customer",
        ),
        pytest.param(
            429, {"X-Metronome-Rate-Limit-Type": "client", "Retry-After": "7"}, 7, 7, id="everyone"
        ),
        pytest.param(
            429,
            {},
            UNTOLD_HOLD_SECONDS,
            UNTOLD_HOLD_SECONDS,
            id="nobody in particular, for an unknown time",
        ),
        pytest.param(503, {"Retry-After": "7"}, 0, 0, id="not a rate limit"),
    ],
)
def test_an_answer_says_who_has_to_wait_and_how_long(
    status: int, headers: dict[str, str], customers: float, others: float
) -> None:
    limits = RateLimits(FakeClock())

    limits.note(Answer(status, CIMultiDict(headers), b""), "customer")

    assert (limits.delay("customer"), limits.delay("other")) == (customers, others)


def test_a_call_on_hold_fails_as_its_answer_would() -> None:
    limits = RateLimits(FakeClock())
    limits.hold_customer("slow", 5)

    refusal = limits.refusal("slow")
    assert limits.refusal("other") is None
    assert refusal is not None
    assert (refusal.retry_after, refusal.outage, refusal.about) == (5, False, "customer")

    limits.hold_all(9)
    refusal = limits.refusal("other")
    assert refusal is not None
    assert (refusal.retry_after, refusal.outage, refusal.about) == (9, True, None)
