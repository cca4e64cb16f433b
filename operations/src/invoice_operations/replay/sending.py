"""Putting the records on their topics: acknowledged, paced, and leaving out what an interrupted run has done."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import Protocol

from invoice_operations.pace import Pace
from invoice_operations.replay.ids import started_at
from invoice_operations.selection import CLOCK_SKEW
from invoice_operations.view.records_of import ReadsTopics
from invoice_operations.view.span import Span
from invoice_shared.headers import REPLAY_ID
from invoice_shared.publishing import Publisher
from invoice_shared.record import OutgoingRecord

WINDOW = 500
"""Records handed to the broker and not acknowledged yet."""

Target = tuple[str, bytes | None]
"""A topic, and a key on it."""
Done = Counter[Target]
"""How many records an interrupted run has put on each target.

Records of a key are sent in order and stay in order, so these are the first ones of that key.
"""


class Stop(Protocol):
    """A wish to stop, e.g. ``threading.Event``: nothing begins any more once it is set."""

    def is_set(self) -> bool:
        """Whether somebody asked to stop."""

    def wait(self, timeout: float) -> object:
        """Return after so many seconds, earlier if somebody asks to stop."""


def done_by(replay_id: str, reader: ReadsTopics, topics: Iterable[str]) -> Done:
    """Find what a replay has put back already: Kafka itself is its only memory, so any machine can resume it."""
    span, mark = Span(since=started_at(replay_id) - CLOCK_SKEW), replay_id.encode()
    return Counter(
        (topic, record.key)
        for topic in topics
        for record in reader.read(topic, span)
        if record.header(REPLAY_ID) == mark
    )


def without(done: Done, outgoing: Iterable[OutgoingRecord]) -> Iterator[OutgoingRecord]:
    """Leave out what is done."""
    left = done.copy()
    for each in outgoing:
        if left[each.topic, each.key] > 0:
            left[each.topic, each.key] -= 1
        else:
            yield each


def send_all(
    outgoing: Iterable[OutgoingRecord], publisher: Publisher, pace: Pace, stop: Stop, acknowledged: Callable[[], object]
) -> bool:
    """Send records until one is asked to stop. Return whether all were sent. Raises ``PublishFailed``.

    ``acknowledged`` is called for each that every in-sync replica holds; what was sent is waited for.
    """
    flying: deque[Future[None]] = deque()
    is_stopped = False
    for each in outgoing:
        pace.wait()
        if is_stopped := stop.is_set():
            break
        flying.append(publisher.send(each))
        while flying and (len(flying) >= WINDOW or flying[0].done()):
            _settle(flying, acknowledged)
    while flying:
        _settle(flying, acknowledged)
    return not is_stopped


def _settle(flying: deque[Future[None]], acknowledged: Callable[[], object]) -> None:
    flying[0].result()
    flying.popleft()
    acknowledged()
