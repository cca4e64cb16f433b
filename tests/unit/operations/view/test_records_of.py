from invoice_operations.view.partitioner import partition_of
from invoice_operations.view.records_of import partitions_of_key, records_of_key
from invoice_shared.record import Record
from tests.unit.operations.fakes import FakeReader

TOPIC = "raw-invoices"
KEY = b"invoice-1"
PARTITIONS = 12
HOME = partition_of(KEY, PARTITIONS)
ELSEWHERE = (HOME + 1) % PARTITIONS


def reader() -> FakeReader:
    """Return a reader of a topic with a record of the key in each partition."""
    return FakeReader(Record(TOPIC, number, 0, KEY, b"{}") for number in range(PARTITIONS))


def test_only_the_keys_own_partition_is_read() -> None:
    assert partitions_of_key(reader(), TOPIC, KEY) == [HOME]
    assert [record.partition for record in records_of_key(reader(), TOPIC, KEY)] == [HOME]


def test_a_partition_from_before_others_were_added_is_read_too() -> None:
    known = {ELSEWHERE, PARTITIONS}  # the second is of a topic that had more

    assert partitions_of_key(reader(), TOPIC, KEY, known) == sorted({HOME, ELSEWHERE})
