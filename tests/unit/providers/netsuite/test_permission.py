"""A role that may not create one kind of record is one thing, a role that may do nothing
another.
"""

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


def test_what_is_refused_while_others_are_accepted_has_three_tries() -> None:
    bench = Bench()

    judged = [bench.judge()]
    bench.accept()
    judged += [bench.judge() for _ in range(TRIES - 1)]

    assert judged == [None, None, True]


def test_with_nothing_accepted_it_is_the_whole_role() -> None:
    bench = Bench()

    assert [bench.judge() for _ in range(TRIES + 1)] == [None, None, False, False]


def test_a_role_that_was_taken_away_a_moment_ago_files_nothing() -> None:
    bench = Bench()
    bench.accept()

    assert [bench.judge() for _ in range(10)] == [None] * 10
    bench.clock.advance(SECONDS)
    assert bench.judge() is False


def test_an_invoice_that_got_through_starts_over() -> None:
    bench = Bench()
    bench.judge()
    bench.judge()
    bench.accept("memo")

    assert bench.judge() is None
