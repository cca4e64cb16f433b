"""One replay: what it would put back, putting it back so that it can be stopped and resumed, and
what becomes of it.
"""

from collections import Counter
from collections.abc import Callable, Mapping

from invoice_operations.decide.decider import Decider, Person
from invoice_operations.pace import Pace
from invoice_operations.replay.following import Following, Results
from invoice_operations.replay.ids import started_at
from invoice_operations.replay.marks import Mark
from invoice_operations.replay.plan import Plan
from invoice_operations.replay.request import ReplayRequest
from invoice_operations.replay.sending import NOTHING_DONE, Stop, put_back_by, send_all, without
from invoice_operations.replay.sources import ReplayClients, source_of
from invoice_shared.decision import Filters
from invoice_shared.publishing import Publisher

# Between two looks at what becomes of the records.
LOOK_SECONDS = 2.0


class Replay:
    """Looks at what there was when it began.

    ``plan`` or ``resume`` comes first, then ``send``, then ``follow``.

    A replay that was stopped is resumed by another one with its id and request, on any machine:
    what the first has put back, and what became of it, is found in Kafka, which is a replay's only
    memory. ``filters`` are how the person chose, if the request names every failure by its id.
    Every method raises what the clients raise.
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
        # It refuses a time that is still to come.
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
        """Read what would be put back; changes nothing."""
        self._plan = self._source.plan(self._done)
        return self._plan

    def resume(self) -> Plan:
        """Read what a stopped run of this id has left to be put back; changes nothing."""
        kafka = self._clients.kafka
        topics = (kafka.raw_invoices_topic, kafka.formatted_invoices_topic)
        self._done, self._put_back = put_back_by(self.id, self._clients.reader(), topics)
        self._following = Following(self.id, kafka, since=self._began)
        self._source = source_of(self._request, self._clients, self._ends_of_first_run())
        return self.plan()

    @property
    def put_back(self) -> int:
        """The count of records that this replay has put back, those of a stopped run included."""
        return self._put_back.total()

    def send(
        self, per_second: float | None, stop: Stop, acknowledged: Callable[[], object]
    ) -> bool:
        """Put the planned records back.

        Return whether that was all; ``False`` if ``stop`` came first.

        The run is a decision, which is written down before. ``acknowledged`` is called for each
        record that every in-sync replica holds. Raises ``PublishFailed``.
        """

        def rest(seconds: float) -> None:
            stop.wait(seconds)

        def count(name: bytes) -> None:
            self._put_back[name] += 1
            acknowledged()

        pace = Pace(per_second, self._clients.clock, rest)
        outgoing = without(self._done, self._source.outgoing(self._mark))
        if not self._put_back:
            self._following.begin(self._clients.reader())
        with self._clients.publisher() as publisher:
            self._decide(publisher)
            return send_all(outgoing, publisher, pace, stop, count)

    def look(self) -> Results:
        """Return what has become of the records that were put back.

        One thread may look while another sends.
        """
        put_back = self._put_back.copy()
        return self._following.look(put_back, self._clients.reader()) if put_back else Results()

    def follow(self, seconds: float, stop: Stop, looked: Callable[[Results], object]) -> Results:
        """Look until every record has ended, ``stop`` comes or the time is over; return what is
        known then.

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
        """Return how far it read; ``None`` if it ended before it wrote that down."""
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
