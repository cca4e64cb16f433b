"""One replay: what it would put back, and putting it back so that it can be stopped and resumed."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from invoice_operations.decide.decider import Decider, Person
from invoice_operations.pace import Pace
from invoice_operations.replay.ids import started_at
from invoice_operations.replay.marks import Mark
from invoice_operations.replay.plan import Plan
from invoice_operations.replay.request import ReplayRequest
from invoice_operations.replay.sending import Done, Stop, done_by, send_all, without
from invoice_operations.replay.sources import ReplayClients, source_of
from invoice_shared.publishing import Publisher


class Replay:
    """Looks at what there was when it began. ``plan`` comes first; every method raises what the clients raise.

    A replay that was stopped is resumed by another one with its id and request, on any machine: what the first has put
    back is found in Kafka, which is a replay's only memory.
    """

    def __init__(self, replay_id: str, request: ReplayRequest, clients: ReplayClients, person: Person) -> None:
        self.id = replay_id
        self._mark = Mark(replay_id, person.by, force=request.force, include_resolved=request.include_resolved)
        began = started_at(replay_id)
        bounded = replace(request, chosen=request.chosen.up_to(began))
        self._source = source_of(bounded, clients, began)
        self._request = request
        self._clients = clients
        self._person = person
        self._done: Done = Counter()

    def plan(self) -> Plan:
        """Read what would be put back; changes nothing."""
        return self._source.plan()

    def resume(self) -> None:
        """Look what a stopped run of this id has put back already; it is left out from now on."""
        kafka = self._clients.kafka
        topics = (kafka.raw_invoices_topic, kafka.formatted_invoices_topic)
        self._done = done_by(self.id, self._clients.reader(), topics)

    @property
    def left(self) -> int:
        """The count of planned records that are not put back yet."""
        return self._source.left(self._done)

    def send(self, per_second: float | None, stop: Stop, acknowledged: Callable[[], object]) -> bool:
        """Put the planned records back. Return whether that was all; ``False`` if ``stop`` came first.

        The run is a decision, which is written down before.
        ``acknowledged`` is called for each record that every in-sync replica holds. Raises ``PublishFailed``.
        """

        def rest(seconds: float) -> None:
            stop.wait(seconds)

        pace = Pace(per_second, self._clients.clock, rest)
        outgoing = without(self._done, self._source.outgoing(self._mark))
        with self._clients.publisher() as publisher:
            self._decide(publisher)
            return send_all(outgoing, publisher, pace, stop, acknowledged)

    def _decide(self, publisher: Publisher) -> None:
        topic = self._clients.kafka.invoice_decisions_topic
        decider = Decider(publisher, topic, self._person, self._clients.clock)
        filters = self._request.filters()
        decider.decide("replay", self.id, replay_id=self.id, filters=filters, count=self.left)
