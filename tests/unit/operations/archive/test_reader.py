import gzip
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from invoice_operations.archive.choice import select
from invoice_operations.archive.reader import ArchiveReader
from invoice_shared.archive.archive import StoredObject
from invoice_shared.archive.jsonl import archived_object
from tests.builders import failure
from tests.unit.operations.builders import in_errors
from tests.unit.operations.fakes import FakeArchive


def key(day: int, hour: int, start: int, partition: int = 0, topic: str = "invoice-errors") -> str:
    offsets = f"{start:020d}-{start + 9:020d}"
    return f"errors/dt=2026-03-{day:02d}/hour={hour:02d}/{topic}-{partition:05d}-{offsets}.jsonl.gz"


KEYS = [key(1, 5, 0), key(1, 23, 10), key(3, 8, 20), key(3, 9, 30), key(1, 7, 0, partition=1)]


def chosen(
    keys: Iterable[str], stored_at: datetime, since: datetime | None, until: datetime | None
) -> list[str]:
    return select([StoredObject(each, stored_at) for each in keys], "invoice-errors", since, until)


def march(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def test_without_a_time_range_all_objects_of_the_topic_are_chosen_in_order() -> None:
    others = ["errors/readme.txt", key(1, 5, 0, topic="other-errors")]

    assert chosen([*reversed(KEYS), *others], march(4), None, None) == KEYS


def test_an_object_holds_nothing_that_failed_long_after_it_was_stored() -> None:
    assert chosen(KEYS, march(3), march(4), None) == []
    assert chosen(KEYS, march(3), march(4) - timedelta(seconds=1), None) == KEYS


def test_an_object_that_begins_long_after_the_time_is_left_out() -> None:
    assert chosen(KEYS, march(4), None, march(2)) == [KEYS[0], KEYS[1], KEYS[4]]


def test_a_first_record_from_the_future_says_nothing_about_the_others() -> None:
    from_the_future = key(20, 8, 40)

    assert chosen([from_the_future], march(3), None, march(3)) == [from_the_future]


def test_a_first_record_from_long_ago_says_nothing_about_the_others() -> None:
    follower = key(1, 6, 50).replace("2026", "1970")

    assert chosen([key(3, 8, 40), follower], march(3, 9), march(3), None) == [
        key(3, 8, 40),
        follower,
    ]


def test_archived_lines_come_back_as_records_at_their_old_places() -> None:
    records = [in_errors(7, failure()), in_errors(8, failure(failure_id="f2"))]
    archive = FakeArchive({key(1, 9, 7): archived_object(records)})

    read = list(ArchiveReader(archive, "errors/", "invoice-errors").read())

    assert [each.position for each in read] == [each.position for each in records]


ONE = archived_object([in_errors(7, failure())])


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(b"no gzip", "damaged", id="not compressed"),
        pytest.param(ONE[:-9], "damaged", id="cut off"),
        pytest.param(ONE[:12] + b"\xff" * 8 + ONE[20:], "damaged", id="other bytes inside"),
        pytest.param(gzip.compress(b"{no json"), "damaged", id="not JSON"),
        pytest.param(gzip.compress(b"[]"), "damaged", id="not a line of the archive"),
        pytest.param(
            gzip.compress(b'{"topic":"t","partition":"0","offset":1}'), "damaged", id="no place"
        ),
        pytest.param(
            None, "in cold storage", id="in a storage class that has to be restored first"
        ),
    ],
)
def test_an_object_that_cannot_be_read_is_named_and_left_out(
    content: bytes | None, why: str
) -> None:
    other = archived_object([in_errors(20, failure(failure_id="f2"))])
    reader = ArchiveReader(
        FakeArchive({key(1, 9, 7): content, key(1, 9, 20): other}), "errors/", "invoice-errors"
    )

    assert [each.offset for each in reader.read()] == [20]
    assert list(reader.unreadable) == [key(1, 9, 7)]
    assert why in reader.unreadable[key(1, 9, 7)]
