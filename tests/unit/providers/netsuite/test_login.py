"""NetSuite shows overload as a refused login, so a 401 is believed only sometimes."""

from invoice_providers.netsuite.login import LoginPatience
from tests.fakes import FakeClock


def test_three_refusals_spread_over_several_seconds_are_believed() -> None:
    clock = FakeClock()
    patience = LoginPatience(clock)

    beliefs = []
    for _ in range(3):
        beliefs.append(patience.is_used_up())
        clock.advance(2)

    assert beliefs == [False, False, True]


def test_many_calls_refused_at_once_count_as_one() -> None:
    patience = LoginPatience(FakeClock())

    assert not any(patience.is_used_up() for _ in range(16))


def test_an_accepted_call_proves_that_it_was_overload() -> None:
    clock = FakeClock()
    patience = LoginPatience(clock)

    for _ in range(5):
        patience.is_used_up()
        clock.advance(10)
        patience.accepted()

    assert not patience.is_used_up()
