"""A role that may not create one record type is different from a role that may do nothing."""

from invoice_providers.netsuite.permission import SECONDS, TRIES, PermissionPatience
from tests.fakes import FakeClock


class Bench:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.patience = PermissionPatience(self.clock)

    def judge(self, invoice_id: str = "memo") -> bool | None:
        self.clock.advance(1)
        return self.patience.judge(invoice_id)

    def accept(self, invoice_id: str = "invoice") -> None:
        self.clock.advance(1)
        self.patience.accepted(invoice_id)


def test_a_refusal_while_others_are_accepted_gets_three_tries() -> None:
    bench = Bench()

    judged = [bench.judge()]
    bench.accept()
    judged += [bench.judge() for _ in range(TRIES - 1)]

    assert judged == [None, None, True]


def test_if_nothing_is_accepted_the_whole_role_is_wrong() -> None:
    bench = Bench()

    assert [bench.judge() for _ in range(TRIES + 1)] == [None, None, False, False]


def test_nothing_is_filed_if_the_role_was_just_taken_away() -> None:
    bench = Bench()
    bench.accept()

    assert [bench.judge() for _ in range(10)] == [None] * 10
    bench.clock.advance(SECONDS)
    assert bench.judge() is False


def test_an_accepted_invoice_starts_the_count_again() -> None:
    bench = Bench()
    bench.judge()
    bench.judge()
    bench.accept("memo")

    assert bench.judge() is None
