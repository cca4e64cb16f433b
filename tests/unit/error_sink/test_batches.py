from invoice_error_sink.batches import MAX_BYTES, Batches
from invoice_shared.record import Record, TopicPartition
from tests.fakes import FakeClock

ZERO = TopicPartition("invoice-errors", 0)


def record(offset: int, partition: int = 0, size: int = 2) -> Record:
    return Record("invoice-errors", partition, offset, None, b"x" * size)


def filled(count: int) -> tuple[Batches, FakeClock]:
    clock = FakeClock()
    batches = Batches(clock, max_records=3, max_seconds=10)
    for offset in range(count):
        batches.add(record(offset))
    return batches, clock


def test_a_full_batch_is_due() -> None:
    assert filled(2)[0].due() == []
    assert filled(3)[0].due() == [ZERO]


def test_a_batch_with_an_old_first_record_is_due() -> None:
    batches, clock = filled(1)
    clock.advance(9)
    batches.add(record(1))
    assert batches.due() == []

    clock.advance(1)

    assert batches.due() == [ZERO]


def test_a_batch_of_large_records_is_due_before_it_is_full() -> None:
    batches, _ = filled(0)
    batches.add(record(0, size=MAX_BYTES))
    assert batches.due() == [ZERO]


def test_an_object_never_holds_more_than_the_limit() -> None:
    assert [found.offset for found in filled(5)[0].head(ZERO)] == [0, 1, 2]


def test_stored_records_are_forgotten_and_the_rest_stays() -> None:
    batches, _ = filled(5)
    batches.remove(ZERO, end=2)
    assert [found.offset for found in batches.head(ZERO)] == [3, 4]


def test_partitions_do_not_share_a_batch() -> None:
    batches, _ = filled(3)
    batches.add(record(0, partition=1))

    batches.drop(ZERO)

    assert batches.partitions() == [TopicPartition("invoice-errors", 1)]
