from hypothesis import given
from hypothesis import strategies as st

from invoice_shared.contiguous import ContiguousWindow
from invoice_shared.record import TopicPartition

ZERO = TopicPartition("raw-invoices", 0)


def window(*offsets: int) -> ContiguousWindow[int]:
    made: ContiguousWindow[int] = ContiguousWindow()
    for offset in offsets:
        made.add(ZERO, offset, offset)
    return made


def test_nothing_is_committable_before_the_first_record_is_settled() -> None:
    made = window(5, 6, 7)
    assert made.settle(ZERO, 6) == []
    assert made.settle(ZERO, 5) == [5, 6]
    assert len(made) == 1


def test_gaps_in_the_offsets_block_nothing() -> None:
    made = window(5, 9)
    assert made.settle(ZERO, 5) == [5]
    assert made.settle(ZERO, 9) == [9]


def test_a_dropped_partition_returns_nothing() -> None:
    made = window(5)
    made.drop(ZERO)
    assert made.settle(ZERO, 5) == []


@given(st.permutations(list(range(30))))
def test_records_settled_in_any_order_are_returned_once_and_in_offset_order(
    order: list[int],
) -> None:
    made = window(*range(30))
    settled: set[int] = set()
    given_back: list[int] = []
    for offset in order:
        settled.add(offset)
        given_back += made.settle(ZERO, offset)
        assert set(given_back) <= settled
    assert given_back == list(range(30))


def test_a_removed_partition_returns_its_settled_records() -> None:
    made = window(5, 6, 7)
    made.settle(ZERO, 6)

    assert made.take_all() == [(5, False), (6, True), (7, False)]
    assert made.settle(ZERO, 5) == []
    assert len(made) == 0
