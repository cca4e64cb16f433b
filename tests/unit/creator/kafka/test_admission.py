"""Records wait, in their order, for the decisions that they depend on."""

from invoice_creator.kafka.admission import RECORD_BYTES, Admission
from invoice_shared.record import Record, TopicPartition
from tests.builders import record


class Decisions:
    """Answers the questions up to ``answered``, as long as it can be read."""

    def __init__(self) -> None:
        self.asked = 0
        self.answered = 0
        self.is_readable = True

    def ask(self) -> int:
        self.asked += 1
        return self.asked

    def has_read(self, question: int) -> bool:
        return self.is_readable and question <= self.answered


def plain(offset: int, partition: int = 0) -> Record:
    return record(offset=offset, partition=partition)


def replayed(offset: int) -> Record:
    return record(offset=offset, headers=(("replay-id", b"replay-1"),))


OURS, OTHER, THIRD = (TopicPartition("raw-invoices", number) for number in range(3))


def assigned(decisions: Decisions, **bounds: int) -> Admission:
    admission = Admission(decisions, **bounds)
    admission.assigned([OURS, OTHER, THIRD])
    return admission


def let_in(admission: Admission) -> list[int]:
    return [each.offset for each in iter(admission.take, None)]


def test_nothing_is_let_in_before_the_first_reading() -> None:
    decisions = Decisions()
    admission = assigned(decisions)
    admission.put(plain(0))

    assert let_in(admission) == []
    decisions.answered = decisions.asked
    assert let_in(admission) == [0]


def test_only_replays_ask_again() -> None:
    decisions = Decisions()
    admission = assigned(decisions)
    decisions.answered = decisions.asked

    admission.put(plain(0))

    assert decisions.asked == 1
    assert let_in(admission) == [0]


def test_a_replay_waits_for_earlier_decisions_and_later_records_wait_behind_it() -> None:
    decisions = Decisions()
    admission = assigned(decisions)
    decisions.answered = decisions.asked
    for each in (plain(0), replayed(1), plain(2)):
        admission.put(each)

    assert let_in(admission) == [0]
    decisions.answered = decisions.asked
    assert let_in(admission) == [1, 2]


def test_while_the_decisions_cannot_be_read_nothing_is_let_in() -> None:
    decisions = Decisions()
    admission = assigned(decisions)
    decisions.answered = decisions.asked
    decisions.is_readable = False
    admission.put(plain(0))

    assert let_in(admission) == []


def test_many_replays_wait_for_one_answer() -> None:
    decisions = Decisions()
    admission = assigned(decisions)
    for offset in range(100):
        admission.put(replayed(offset))

    decisions.answered = decisions.asked

    assert let_in(admission) == list(range(100))


def test_partitions_take_turns() -> None:
    decisions = Decisions()
    admission = assigned(decisions)
    decisions.answered = decisions.asked
    for partition, offsets in ((0, (0, 1, 2)), (1, (10, 11)), (2, (20,))):
        for offset in offsets:
            admission.put(plain(offset, partition))

    assert let_in(admission) == [0, 10, 20, 1, 11, 2]


def test_a_waiting_replay_does_not_hold_back_other_partitions() -> None:
    decisions = Decisions()
    admission = assigned(decisions)
    decisions.answered = decisions.asked
    admission.put(plain(10, partition=1))
    admission.put(replayed(0))

    assert let_in(admission) == [10]


def test_partitions_share_the_byte_limit_and_resume_when_half_of_it_is_free() -> None:
    decisions = Decisions()
    admission = assigned(decisions, max_bytes=12 * (RECORD_BYTES + len(plain(0).value or b"")))
    decisions.answered = decisions.asked
    for offset in range(4):
        assert admission.full() == set()
        admission.put(plain(offset))
    assert admission.full() == {OURS}
    assert admission.with_room() == {OTHER, THIRD}

    admission.take()
    assert (admission.full(), admission.with_room()) == (set(), {OTHER, THIRD})

    admission.take()
    assert admission.with_room() == {OURS, OTHER, THIRD}


def test_records_of_a_partition_that_was_revoked_are_dropped() -> None:
    decisions = Decisions()
    admission = assigned(decisions)
    admission.put(plain(0))
    admission.put(plain(1, partition=1))

    admission.drop({OURS})
    admission.put(plain(2))

    decisions.answered = decisions.asked
    assert let_in(admission) == [1]
