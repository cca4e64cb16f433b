import pytest

from invoice_error_sink.handler import ArchiveHandler
from invoice_shared.archive.archive import ArchiveUnavailable
from invoice_shared.metrics import Metrics
from invoice_shared.record import Record, TopicPartition


class FakeArchive:
    """Objects in memory; refuses while ``down``."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.looks = 0
        self.down = False
        self.loses_answers = False

    def check(self) -> None:
        if self.down:
            raise ArchiveUnavailable("The fake archive is down.")

    def put(self, key: str, content: bytes) -> None:
        self.check()
        self.objects[key] = content
        if self.loses_answers:
            raise ArchiveUnavailable("The fake archive's answer was lost.")

    def keys(self, prefix: str) -> list[str]:
        self.check()
        self.looks += 1
        return [key for key in self.objects if key.startswith(prefix)]


def records(*offsets: int) -> list[Record]:
    return [Record("invoice-errors", 0, offset, None, b"{}", (), 1_772_366_400_000) for offset in offsets]


def life(archive: FakeArchive) -> ArchiveHandler:
    return ArchiveHandler(archive, "errors/", Metrics())


def test_a_batch_becomes_one_object() -> None:
    archive = FakeArchive()

    assert life(archive).archive(records(4, 5, 6)) == 6
    assert len(archive.objects) == 1


def test_a_crash_between_put_and_commit_doubles_nothing() -> None:
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


def test_the_bucket_is_searched_until_the_first_miss_and_again_after_a_new_assignment() -> None:
    archive = FakeArchive()
    handler = life(archive)
    handler.archive(records(0))
    handler.archive(records(1))
    assert archive.looks == 1

    handler.forget(TopicPartition("invoice-errors", 0))
    handler.archive(records(2))

    assert archive.looks == 2


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
