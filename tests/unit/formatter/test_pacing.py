from invoice_formatter.pacing import Pacing
from tests.fakes import FakeClock


def paced(clock: FakeClock) -> Pacing:
    async def sleep(seconds: float) -> None:
        clock.advance(seconds)

    return Pacing(clock, sleep)


async def test_a_customer_on_hold_waits_and_the_others_do_not() -> None:
    clock = FakeClock()
    pacing = paced(clock)
    pacing.hold_customer("slow", 5)

    await pacing.wait("other")
    assert clock.monotonic() == 0

    await pacing.wait("slow")
    assert clock.monotonic() == 5


async def test_a_hold_on_all_holds_everyone() -> None:
    clock = FakeClock()
    pacing = paced(clock)
    pacing.hold_all(3)
    pacing.hold_all(1)

    await pacing.wait("any")

    assert clock.monotonic() == 3


async def test_holds_of_the_past_hold_nobody() -> None:
    clock = FakeClock()
    pacing = paced(clock)
    pacing.hold_customer("slow", 5)
    clock.advance(5)
    pacing.hold_customer("other", 1)

    assert pacing.delay("slow") == 0
    assert pacing.delay("other") == 1
