"""Which records count as lost, depending on where the partition begins."""

from invoice_shared.losses import Losses, Start
from invoice_shared.metrics import Metrics
from invoice_shared.record import Record, TopicPartition

AT = TopicPartition("raw-invoices", 3)
LOST = 'invoice_connector_records_lost_total{topic="raw-invoices"}'
UNKNOWN = 'invoice_connector_unknown_starts_total{topic="raw-invoices"}'


def record(offset: int) -> Record:
    return Record(AT.topic, AT.partition, offset, b"i-1", b"{}")


class Reading:
    """A member that reads one partition whose records begin at ``beginning``."""

    def __init__(self, start: Start | None) -> None:
        self.metrics = Metrics()
        self.losses = Losses(self.metrics)
        self.losses.begin(AT, start)

    def read(self, *offsets: int, beginning: int = 0) -> None:
        for each in map(record, offsets):
            if self.losses.follows_a_gap(each):
                self.losses.compare(AT, min(beginning, each.offset))
            self.losses.read(each)

    def counted(self, name: str) -> float | None:
        lines = self.metrics.exposition().decode().splitlines()
        return next((float(line.split()[-1]) for line in lines if line.startswith(name)), None)


def test_records_deleted_before_the_assignment_are_counted_as_lost_once() -> None:
    reading = Reading(Start(committed=100, beginning=500, end=800))

    reading.read(500, 501)

    assert reading.counted(LOST) == 400
    assert reading.counted(UNKNOWN) is None


def test_records_deleted_while_the_partition_is_read_are_lost() -> None:
    reading = Reading(Start(committed=0, beginning=0, end=10))

    reading.read(0, 1, 2)
    reading.read(60, 61, beginning=60)

    assert reading.counted(LOST) == 57


def test_only_the_part_of_a_gap_before_the_beginning_is_lost() -> None:
    reading = Reading(Start(committed=0, beginning=0, end=10))

    reading.read(0)
    reading.read(10, beginning=4)

    assert reading.counted(LOST) == 3


def test_a_gap_after_the_beginning_is_a_marker_or_compacted_and_not_a_loss() -> None:
    reading = Reading(Start(committed=5, beginning=5, end=10))

    reading.read(5, 7, 20, beginning=5)

    assert reading.counted(LOST) is None


def test_redelivered_records_are_not_a_gap() -> None:
    reading = Reading(Start(committed=0, beginning=0, end=10))

    reading.read(0, 1, 2, 0, 1, 2, 3, beginning=99)

    assert reading.counted(LOST) is None


def test_without_a_committed_offset_nothing_counts_as_lost() -> None:
    reading = Reading(Start(committed=None, beginning=40, end=90))

    reading.read(40, 41)

    assert reading.counted(LOST) is None
    assert reading.counted(UNKNOWN) == 1


def test_a_new_group_on_a_complete_partition_has_lost_nothing() -> None:
    reading = Reading(Start(committed=None, beginning=0, end=90))

    reading.read(0, 1)

    assert reading.counted(LOST) is None
    assert reading.counted(UNKNOWN) is None


def test_gaps_are_seen_even_without_an_answer_at_the_assignment() -> None:
    reading = Reading(None)

    reading.read(7, 9, beginning=9)

    assert reading.counted(LOST) == 1


def test_a_partition_that_was_given_up_starts_over() -> None:
    reading = Reading(Start(committed=0, beginning=0, end=10))
    reading.read(0)

    reading.losses.forget([AT])

    assert not reading.losses.has_begun(AT)
    reading.losses.begin(AT, Start(committed=30, beginning=30, end=40))
    reading.read(30, beginning=30)
    assert reading.counted(LOST) is None
