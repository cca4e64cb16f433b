from invoice_shared.repeats import MAX_CAUSES, Repeats
from tests.fakes import FakeClock


def test_the_first_line_of_a_cause_is_written_and_the_next_counts_those_left_out() -> None:
    clock = FakeClock()
    repeats = Repeats(clock.monotonic)

    assert repeats.due("accept") == 0
    assert [repeats.due("accept") for _ in range(1000)] == [None] * 1000
    clock.advance(60)
    assert repeats.due("accept") == 1000
    clock.advance(60)
    assert repeats.due("accept") == 0


def test_each_cause_has_its_own_minute() -> None:
    repeats = Repeats(FakeClock().monotonic)

    assert [repeats.due("a"), repeats.due("b"), repeats.due("a")] == [0, 0, None]


def test_endless_causes_do_not_fill_the_memory() -> None:
    repeats = Repeats(FakeClock().monotonic)
    repeats.due("first")
    repeats.due("first")

    for number in range(MAX_CAUSES):
        repeats.due(str(number))

    assert repeats.due("first") == 0, "it was forgotten"
    assert repeats.due(str(MAX_CAUSES - 1)) is None, "a newer one was not"
