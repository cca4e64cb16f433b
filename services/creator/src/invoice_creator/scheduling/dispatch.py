"""Decide which record is attempted next, and what follows an attempt.

Pure, on an injected clock. It knows no threads and no Kafka: ``engine`` has the lock and runs the
workers, ``consumer`` polls and commits. A task waits in its lane (one invoice's records, in order).
The first task of a lane waits in the queue of the system that it must call next.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Collection

from invoice_creator.scheduling.offsets import Offsets
from invoice_creator.scheduling.queues import Queues
from invoice_creator.scheduling.retry_decision import doubtful, verdict
from invoice_creator.scheduling.task import Task
from invoice_shared.clock import Clock
from invoice_shared.errors import CallFailed, Rejected
from invoice_shared.record import Record, TopicPartition
from invoice_shared.resilience.circuit import CallSlot, Change, Circuit
from invoice_shared.resilience.retry import RetryPolicy

# Records with documents that are not reported to Metronome yet: its outage must not stop creating.
MAX_REPORTS = 1000
# Records in doubt do not use the capacity: with 5 % of them in doubt for two minutes, they would
# fill 64 places, and the throughput would be a quarter (measured on a fake clock).
MAX_IN_DOUBT = 1000

# Called after each change of a system's circuit, with the error that caused it.
Tell = Callable[[str, Change, CallFailed | None], None]


class Dispatcher:
    """Not thread-safe.

    ``capacity`` is the maximum of records with documents to create.

    ``window`` is the maximum of records from the first unfinished one on, in work or done: after a
    crash these are repeats. ``is_paused`` returns whether a person paused a destination.
    """

    def __init__(
        self,
        clock: Clock,
        policy: RetryPolicy,
        new_circuit: Callable[[], Circuit],
        tell: Tell,
        *,
        capacity: int,
        window: int,
        is_paused: Callable[[str], bool],
    ) -> None:
        self.offsets = Offsets()
        self._policy = policy
        self._tell = tell
        self._capacity = capacity
        self._window = window
        self._circuits: defaultdict[str, Circuit] = defaultdict(new_circuit)
        self._queues = Queues(clock, self._circuits, is_paused)
        self._lanes: dict[bytes, deque[Task]] = {}
        self._held: set[Task] = set()
        self._to_create: set[Task] = set()
        self._in_doubt: set[Task] = set()
        self._in_flight: set[Task] = set()

    def offer(self, task: Task) -> None:
        """Add a record."""
        self.offsets.enter(task.record)
        self._held.add(task)
        if task.phase == "create":
            self._to_create.add(task)
        lane = self._lanes.setdefault(task.lane, deque())
        lane.append(task)
        if len(lane) == 1:
            self._queues.put(task)

    def skip(self, record: Record) -> None:
        """Settle another creator's record without an effect."""
        self.offsets.enter(record)
        self.offsets.settle(record)

    def is_full(self) -> bool:
        """Return whether no more records should be added."""
        others = len(self._held) - len(self._to_create) - len(self._in_doubt)
        return (
            len(self._to_create) >= self._capacity
            or len(self._in_doubt) >= MAX_IN_DOUBT
            or others >= MAX_REPORTS
            or len(self.offsets) >= self._window
        )

    def has_room(self) -> bool:
        """Return whether to add records again: half of the capacity is free."""
        return not self.is_full() and len(self._to_create) <= self._capacity // 2

    def held(self) -> int:
        """Return the number of records that are not settled."""
        return len(self._held)

    def take(self) -> Task | None:
        """Return the task to attempt now, or ``None`` if none is due and admitted."""
        task = self._queues.take()
        if task is not None:
            task.slot = self._circuits[task.system].begin(task.lane)
            self._in_flight.add(task)
        return task

    def seconds_until_due(self) -> float | None:
        """Return the seconds until a task is due, or ``None`` until one is offered or reported."""
        return self._queues.seconds_until_due()

    def report(self, task: Task, error: CallFailed | None) -> bool:
        """Process an attempt's result; return whether the worker continues with the next phase."""
        delay = self._judge(task, error)
        if task.is_over:
            self._in_flight.remove(task)
            self._drop(task)
        elif delay is not None:
            self._put_back(task, delay)
        elif not task.phases:
            self.offsets.settle(task.record)
            self._in_flight.remove(task)
            self._drop(task)
        else:
            return self._go_on(task)
        return False

    def abandon(self, partitions: Collection[TopicPartition]) -> None:
        """Drop the partitions' records that no worker is attempting: their next owner does them."""
        for task in [
            task
            for task in self._held - self._in_flight
            if task.record.topic_partition in partitions
        ]:
            self._drop(task)

    def is_attempting(self) -> bool:
        """Return whether a record is being attempted."""
        return bool(self._in_flight)

    def is_busy(self, partitions: Collection[TopicPartition]) -> bool:
        """Return whether a record of these partitions is being attempted."""
        return any(task.record.topic_partition in partitions for task in self._in_flight)

    def forget(self, partitions: Collection[TopicPartition]) -> None:
        """Drop the partitions: none of their offsets is committed from now on."""
        self.abandon(partitions)
        for task in self._in_flight:
            task.is_over = task.is_over or task.record.topic_partition in partitions
        self.offsets.forget(partitions)

    def _judge(self, task: Task, error: CallFailed | None) -> float | None:
        """Update the circuit and the task; return the delay of the phase's next attempt, if any."""
        system, slot, circuit = task.system, task.slot, self._circuits[task.system]
        assert slot is not None  # noqa: S101 - set by ``take`` and ``_go_on``, the only ways to an attempt
        if change := _note(circuit, slot, task, error):
            self._tell(system, change, error)
        decided = self._decide(task, error, slot, circuit)
        if isinstance(decided, Rejected):
            task.refused(decided)
        elif decided is None:
            task.move_on()
        elif task.phase == "create" and task.doubt is not None:
            self._in_doubt.add(task)
            self._to_create.discard(task)
            return decided
        else:
            return decided
        self._to_create.discard(task)
        self._in_doubt.discard(task)
        return None

    def _decide(
        self, task: Task, error: CallFailed | None, slot: CallSlot, circuit: Circuit
    ) -> Rejected | float | None:
        """Return the delay of the phase's next attempt, its refusal, or ``None`` for success."""
        if isinstance(error, Rejected):
            return error
        if error is not None:
            return verdict(task, error, slot=slot, circuit=circuit, policy=self._policy)
        if task.is_undecided:
            return doubtful(task, slot=slot, circuit=circuit, policy=self._policy)
        return None

    def _go_on(self, task: Task) -> bool:
        circuit = self._circuits[task.system]
        if not circuit.admits():
            self._put_back(task, 0.0)
            return False
        task.slot = circuit.begin(task.lane)
        return True

    def _put_back(self, task: Task, delay: float) -> None:
        self._in_flight.remove(task)
        self._queues.put(task, delay)

    def _drop(self, task: Task) -> None:
        task.is_over = True
        self._held.discard(task)
        self._to_create.discard(task)
        self._in_doubt.discard(task)
        lane = self._lanes[task.lane]
        was_head = lane[0] is task
        lane.remove(task)
        if not lane:
            del self._lanes[task.lane]
        elif was_head:
            self._queues.put(lane[0])


def _note(circuit: Circuit, slot: CallSlot, task: Task, error: CallFailed | None) -> Change | None:
    if error is not None:
        return circuit.failed(slot, error)
    if task.phase == "create" and task.skip is not None:
        return circuit.unused(slot)
    if task.is_undecided:
        return circuit.looked(slot)
    return circuit.succeeded(slot)
