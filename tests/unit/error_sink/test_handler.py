import re
from dataclasses import replace

import pytest

from invoice_error_sink.handler import ArchiveHandler
from invoice_shared.archive.archive import ArchiveUnavailable
from invoice_shared.metrics import Metrics
from invoice_shared.record import Record
from tests.unit.error_sink.fakes import FakeArchive


def records(*offsets: int) -> list[Record]:
    return [
        Record("invoice-errors", 0, offset, None, b"{}", (), 1_772_366_400_000)
        for offset in offsets
    ]


def an_hour_later(batch: list[Record]) -> list[Record]:
    return [replace(each, timestamp=each.timestamp + 3_600_000) for each in batch]


def life(archive: FakeArchive) -> ArchiveHandler:
    return ArchiveHandler(archive, "errors/", Metrics())


def test_a_batch_becomes_one_object() -> None:
    archive = FakeArchive()

    assert life(archive).archive(records(4, 5, 6)) == 6
    assert len(archive.objects) == 1


def test_a_crash_between_put_and_commit_duplicates_nothing() -> None:
    archive = FakeArchive()
    life(archive).archive(records(4, 5, 6))

    assert life(archive).archive(records(4, 5)) == 6
    assert len(archive.objects) == 1


def test_several_objects_put_without_a_commit_are_adopted_one_after_the_other() -> None:
    archive = FakeArchive()
    first_life = life(archive)
    first_life.archive(records(0, 1))
    first_life.archive(records(2, 3))
    second_life = life(archive)

    assert second_life.archive(records(0, 1, 2)) == 1
    assert second_life.archive(records(2)) == 3
    assert second_life.archive(records(4)) == 4
    assert len(archive.objects) == 3


def strangers(*offsets: int) -> list[Record]:
    """Return records at the same places of a topic that was deleted and created again within the
    hour.
    """
    return [replace(each, value=b'{"failure_id":"another"}') for each in records(*offsets)]


def test_an_object_of_another_topic_is_kept_and_ours_is_stored_beside_it() -> None:
    archive = FakeArchive()
    life(archive).archive(strangers(0, 1))
    before = dict(archive.objects)

    assert life(archive).archive(records(0, 1)) == 1

    assert before.items() <= archive.objects.items()
    (ours,) = archive.objects.keys() - before.keys()
    assert re.search(r"-00000000000000000001-[0-9a-f]{8}\.jsonl\.gz$", ours)


def test_our_object_beside_a_foreign_one_is_adopted_after_a_crash() -> None:
    archive = FakeArchive()
    life(archive).archive(strangers(0, 1))
    life(archive).archive(records(0, 1, 2))

    assert life(archive).archive(records(0, 1)) == 2
    assert len(archive.objects) == 2


def test_a_later_foreign_object_is_not_overwritten_either() -> None:
    archive = FakeArchive()
    life(archive).archive(strangers(5, 6))
    handler = life(archive)

    handler.archive(records(4))
    handler.archive(records(5, 6))

    assert len(archive.objects) == 3


def test_an_unreadable_object_counts_as_foreign() -> None:
    archive = FakeArchive()
    life(archive).archive(records(0))
    (key,) = archive.objects
    archive.objects[key] = b"not gzip"

    assert life(archive).archive(records(0)) == 0
    assert archive.objects[key] == b"not gzip"
    assert len(archive.objects) == 2


def test_an_object_in_cold_storage_stays_and_ours_is_stored_beside_it() -> None:
    archive = FakeArchive()
    life(archive).archive(strangers(0))
    archive.archived_away = set(archive.objects)

    assert life(archive).archive(records(0)) == 0
    assert len(archive.objects) == 2


def test_an_object_with_damaged_content_counts_as_foreign() -> None:
    archive = FakeArchive()
    life(archive).archive(records(0))
    (key,) = archive.objects
    archive.objects[key] = archive.objects[key][:12] + b"\xff" * 8 + archive.objects[key][20:]

    assert life(archive).archive(records(0)) == 0
    assert len(archive.objects) == 2


def test_while_the_archive_is_down_nothing_changes() -> None:
    archive = FakeArchive()
    archive.down = True
    handler = life(archive)
    with pytest.raises(ArchiveUnavailable):
        handler.archive(records(0))

    archive.down = False

    assert handler.archive(records(0)) == 0


def test_a_put_whose_answer_was_lost_is_found_although_more_records_have_come() -> None:
    archive = FakeArchive()
    handler = life(archive)
    handler.archive(records(0))
    archive.loses_answers = True
    with pytest.raises(ArchiveUnavailable):
        handler.archive(records(1, 2))
    archive.loses_answers = False

    assert handler.archive(records(1, 2, 3)) == 2
    assert handler.archive(records(3)) == 3
    assert len(archive.objects) == 3


def test_the_archive_is_asked_once_for_what_it_holds_of_an_hour() -> None:
    archive = FakeArchive()
    handler = life(archive)

    for offset in range(5):
        handler.archive(records(offset))

    assert archive.questions == 1


def test_a_strangers_object_in_the_next_hour_is_not_overwritten_either() -> None:
    archive = FakeArchive()
    life(archive).archive(an_hour_later(strangers(1)))
    handler = life(archive)

    handler.archive(records(0))
    handler.archive(an_hour_later(records(1)))

    assert len(archive.objects) == 3


def test_a_topic_recreated_while_it_is_read_overwrites_nothing() -> None:
    archive = FakeArchive()
    handler = life(archive)
    handler.archive(strangers(0, 1))
    handler.archive(strangers(2, 3))

    handler.archive(records(0, 1))
    handler.archive(records(2, 3))

    assert len(archive.objects) == 4


def test_an_object_that_another_replica_stored_without_a_commit_is_adopted() -> None:
    archive = FakeArchive()
    handler = life(archive)
    handler.archive(records(0))
    (partition,) = {each.topic_partition for each in records(0)}

    handler.forget(partition)
    life(archive).archive(records(1, 2))

    assert handler.archive(records(1)) == 2
