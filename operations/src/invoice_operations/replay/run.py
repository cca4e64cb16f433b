"""One replay: plan it, send it so that it can be stopped and resumed, and follow it."""

from collections import Counter
from collections.abc import Callable, Mapping

from invoice_operations.decide.decider import Decider, Person
from invoice_operations.rate_limit import RateLimit
from invoice_operations.replay.following import Following, Results
from invoice_operations.replay.ids import started_at
from invoice_operations.replay.marks import Mark
from invoice_operations.replay.plan import Plan
from invoice_operations.replay.request import ReplayRequest
from invoice_operations.replay.sending import NOTHING_DONE, Stop, put_back_by, send_all, without
from invoice_operations.replay.sources import ReplayClients, source_of
from invoice_shared.decision import Filters
from invoice_shared.publishing import Publisher

# Between two looks at the results.
LOOK_SECONDS = 2.0


class Replay:
    """Selects among the records that existed when it began.

    Call ``plan`` or ``resume`` first, then ``send``, then ``follow``.

    A stopped replay is resumed by another one with its id and request, on any machine: Kafka itself
    contains which records were sent, and what became of them. ``filters`` are the person's own
    filters, if the request names each failure by id. Every method raises what the clients raise.
    """

    def __init__(
        self,
        replay_id: str,
        request: ReplayRequest,
        clients: ReplayClients,
        person: Person,
        filters: Filters | None = None,
    ) -> None:
        self.id = replay_id
        self._mark = Mark(
            replay_id, person.by, force=request.force, include_resolved=request.include_resolved
        )
        self._began = started_at(replay_id)
        # Refuses a period in the future.
        request.chosen.up_to(self._began)
        self._source = source_of(request, clients, None)
        self._request = request
        self._clients = clients
        self._person = person
        self._filters = request.filters() if filters is None else filters
        self._plan = Plan()
        self._done = NOTHING_DONE
        self._put_back: Counter[bytes] = Counter()
        self._following = Following(replay_id, clients.kafka)

    def plan(self) -> Plan:
        """Return what would be sent; change nothing."""
        self._plan = self._source.plan(self._done)
        return self._plan

    def resume(self) -> Plan:
        """Return what a stopped run with this id has not sent; change nothing."""
        kafka = self._clients.kafka
        topics = (kafka.raw_invoices_topic, kafka.formatted_invoices_topic)
        self._done, self._put_back = put_back_by(self.id, self._clients.reader(), topics)
        self._following = Following(self.id, kafka, since=self._began)
        self._source = source_of(self._request, self._clients, self._ends_of_first_run())
        return self.plan()

    @property
    def put_back(self) -> int:
        """The number of records sent, including those of a stopped run."""
        return self._put_back.total()

    def send(
        self, per_second: float | None, stop: Stop, acknowledged: Callable[[], object]
    ) -> bool:
        """Send the planned records.

        Return whether all were sent; ``False`` if ``stop`` was set first.

        The decision is recorded first: a crash after it loses nothing, because the replay can be
        resumed. ``acknowledged`` is called per record that every in-sync replica has. Raises
        ``PublishFailed``.
        """

        def rest(seconds: float) -> None:
            stop.wait(seconds)

        def count(name: bytes) -> None:
            self._put_back[name] += 1
            acknowledged()

        rate_limit = RateLimit(per_second, self._clients.clock, rest)
        outgoing = without(self._done, self._source.outgoing(self._mark))
        if not self._put_back:
            self._following.begin(self._clients.reader())
        with self._clients.publisher() as publisher:
            self._decide(publisher)
            return send_all(outgoing, publisher, rate_limit, stop, count)

    def look(self) -> Results:
        """Return what became of the records sent so far.

        One thread may look while another one sends.
        """
        put_back = self._put_back.copy()
        return self._following.look(put_back, self._clients.reader()) if put_back else Results()

    def follow(self, seconds: float, stop: Stop, looked: Callable[[Results], object]) -> Results:
        """Look until all records ended, ``stop`` is set or time is up; return the results.

        ``looked`` is called with the results of each look.
        """
        clock = self._clients.clock
        deadline = clock.monotonic() + seconds
        while True:
            results = self.look()
            looked(results)
            left = deadline - clock.monotonic()
            if not results.waiting or stop.is_set() or left <= 0:
                return results
            stop.wait(min(LOOK_SECONDS, left))

    def _ends_of_first_run(self) -> Mapping[int, int] | None:
        """Return how far the first run read; ``None`` if it ended before recording that."""
        decisions = self._clients.view().decisions(self.id)
        return decisions[0].ends if decisions else None

    def _decide(self, publisher: Publisher) -> None:
        topic = self._clients.kafka.invoice_decisions_topic
        decider = Decider(publisher, topic, self._person, self._clients.clock)
        decider.decide(
            "replay",
            self.id,
            replay_id=self.id,
            filters=self._filters,
            count=self._plan.selected,
            ends=self._plan.ends,
        )
