"""Send replayed records: acknowledged, rate-limited, and without those already sent."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import Protocol

from invoice_operations.rate_limit import RateLimit
from invoice_operations.replay.following import name_of
from invoice_operations.replay.ids import started_at
from invoice_operations.selection import CLOCK_SKEW
from invoice_operations.view.records_of import ReadsTopics
from invoice_operations.view.span import Span
from invoice_shared.headers import REPLAY_ID
from invoice_shared.publishing import Publisher
from invoice_shared.record import OutgoingRecord

# The most records sent and not yet acknowledged.
WINDOW = 500

# A topic and a key.
Target = tuple[str, bytes | None]
# How many records an interrupted run has sent to each target. Records of a key are sent and stay in
# order, so these are the first ones of that key.
Done = Counter[Target]
NOTHING_DONE: Done = Counter()


class Stop(Protocol):
    """A signal to stop, e.g. ``threading.Event``. Nothing new begins once it is set."""

    def is_set(self) -> bool:
        """Whether the signal is set."""

    def wait(self, timeout: float) -> object:
        """Return after ``timeout`` seconds, or earlier if the signal is set."""


def put_back_by(
    replay_id: str, reader: ReadsTopics, topics: Iterable[str]
) -> tuple[Done, Counter[bytes]]:
    """Return what a replay has sent already, read from Kafka, so that any machine can resume it.

    Return the number of records per target and per invoice (see ``name_of``). ``topics`` are in the
    order of an invoice's way, because the formatter's records contain the replay's id, too.
    """
    span, mark = Span(since=started_at(replay_id) - CLOCK_SKEW), replay_id.encode()
    done: Done = Counter()
    invoices: Counter[bytes] = Counter()
    first_topics: dict[bytes, str] = {}
    for topic in topics:
        for record in reader.read(topic, span):
            if record.header(REPLAY_ID) == mark:
                done[topic, record.key] += 1
                name = name_of(record)
                invoices[name] += first_topics.setdefault(name, topic) == topic
    return done, invoices


def without(done: Done, outgoing: Iterable[OutgoingRecord]) -> Iterator[OutgoingRecord]:
    """Yield the records that are not done yet."""
    left = done.copy()
    for each in outgoing:
        if not count_off(left, (each.topic, each.key)):
            yield each


def count_off(left: Done, target: Target) -> bool:
    """Subtract one record of a target; return whether one was left."""
    if left[target] <= 0:
        return False
    left[target] -= 1
    return True


def send_all(
    outgoing: Iterable[OutgoingRecord],
    publisher: Publisher,
    rate_limit: RateLimit,
    stop: Stop,
    acknowledged: Callable[[bytes], object],
) -> bool:
    """Send records until ``stop`` is set.

    Return whether all were sent. Raises ``PublishFailed``.

    ``acknowledged`` is called with the invoice (see ``name_of``) of each record that every in-sync
    replica has. Waits for all records that were sent.
    """
    flying: deque[tuple[Future[None], bytes]] = deque()
    is_stopped = False
    for each in outgoing:
        rate_limit.wait()
        if is_stopped := stop.is_set():
            break
        flying.append((publisher.send(each), name_of(each)))
        while flying and (len(flying) >= WINDOW or flying[0][0].done()):
            _settle(flying, acknowledged)
    while flying:
        _settle(flying, acknowledged)
    return not is_stopped


def _settle(
    flying: deque[tuple[Future[None], bytes]], acknowledged: Callable[[bytes], object]
) -> None:
    sent, name = flying[0]
    sent.result()
    flying.popleft()
    acknowledged(name)
