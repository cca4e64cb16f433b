import gzip
from datetime import UTC, datetime

import pytest

from invoice_operations.archive.choice import select
from invoice_operations.archive.reader import ArchiveReader
from invoice_operations.errors import NeedsAttention
from invoice_shared.archive.lines import archived_object
from tests.builders import failure
from tests.unit.operations.reading import FakeArchive, in_errors


def key(day: int, hour: int, start: int, partition: int = 0, topic: str = "invoice-errors") -> str:
    return f"errors/dt=2026-03-{day:02d}/hour={hour:02d}/{topic}-{partition:05d}-{start:020d}-{start + 9:020d}.jsonl.gz"


KEYS = [key(1, 5, 0), key(1, 23, 10), key(3, 8, 20), key(3, 9, 30), key(1, 7, 0, partition=1)]


def test_without_a_time_every_object_of_the_topic_is_chosen_in_order() -> None:
    others = ["errors/readme.txt", key(1, 5, 0, topic="other-errors")]

    assert select([*reversed(KEYS), *others], "invoice-errors", None, None) == KEYS


def test_an_object_may_hold_records_of_a_time_long_after_its_first() -> None:
    # The one that begins on the 1st at 23:00 may reach until its follower, on the 3rd at 8:00.
    chosen = select(KEYS, "invoice-errors", datetime(2026, 3, 2, 12, tzinfo=UTC), None)

    assert chosen == [key(1, 23, 10), key(3, 8, 20), key(3, 9, 30), key(1, 7, 0, partition=1)]


def test_objects_of_a_topic_that_was_made_anew_are_chosen_by_their_own_time() -> None:
    anew = key(9, 8, 0).replace(".jsonl", "-0123abcd.jsonl")

    assert anew in select([*KEYS, anew], "invoice-errors", datetime(2026, 3, 9, tzinfo=UTC), None)


def test_an_object_that_begins_after_the_time_is_left_out() -> None:
    assert select(KEYS, "invoice-errors", None, datetime(2026, 3, 2, tzinfo=UTC)) == [KEYS[0], KEYS[1], KEYS[4]]


def test_archived_lines_come_back_as_records_at_their_old_places() -> None:
    records = [in_errors(7, failure()), in_errors(8, failure(failure_id="f2"))]
    archive = FakeArchive({key(1, 9, 7): archived_object(records)})

    read = list(ArchiveReader(archive, "errors/", "invoice-errors").read())

    assert [each.position for each in read] == [each.position for each in records]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"no gzip", id="not compressed"),
        pytest.param(archived_object([in_errors(7, failure())])[:-9], id="cut off"),
        pytest.param(gzip.compress(b"{no json"), id="no JSON"),
        pytest.param(gzip.compress(b"[]"), id="no line of the archive"),
    ],
)
def test_an_object_that_cannot_be_read_is_named(content: bytes) -> None:
    archive = FakeArchive({key(1, 9, 7): content})

    with pytest.raises(NeedsAttention, match="dt=2026-03-01/hour=09"):
        list(ArchiveReader(archive, "errors/", "invoice-errors").read())
