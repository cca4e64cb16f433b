"""Creators of one invoice against one simulated account, in every order that a scheduler can
produce.

The handler and the client are the real ones; the account is the simulator's, in this process.

Each call of a creator stops before it is made. Then the scheduler has it carried out and answered,
carried out without an answer, lost, or carried out long after it was given up; or it lets the
creator die. A creator that is not chosen is frozen for as long as others are chosen. The list shows
a write only once the scheduler says so, older ones first.
"""

import base64
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from queue import SimpleQueue
from random import Random

from invoice_creator.decisions import DecisionBook
from invoice_creator.handler import InvoiceHandler
from invoice_creator.kafka.settlement import Settlement
from invoice_creator.kafka.tasks import ALL_PHASES
from invoice_creator.scheduling.task import Task
from invoice_providers.connection import Connection
from invoice_providers.razorpay.api import InvoicesApi
from invoice_providers.razorpay.client import Order, Razorpay
from invoice_providers.razorpay.provider import PROVIDER
from invoice_shared.answer import Answer
from invoice_shared.errors import Rejected, Unavailable, Uncertain
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.metrics import Metrics
from invoice_shared.resilience.circuit import CallSlot
from invoice_shared.settings import KafkaSettings
from invoice_simulators.razorpay import Razorpay as Account
from invoice_simulators.razorpay import RazorpaySettings
from invoice_simulators.wire import Call
from tests.builders import formatted_invoice, record
from tests.fakes import FakeClock, FakePublisher
from tests.unit.creator.fakes import FakeWriteback

MAX_ATTEMPTS = 12
MAX_CREATORS = 4
STEPS = 40
INVOICE = formatted_invoice(
    destination="razorpay", external_customer_id="cust_AAAAAAAAAAAAAA", currency="INR"
)
# The request of another version of the mapping.
REWORDED = INVOICE.changed(extra_fields={"terms": "30 days"})
KEY = base64.b64encode(b"rzp_test_simulated:simulated-key-secret").decode()
HEADERS = {"Authorization": f"Basic {KEY}"}
METRICS = Metrics()
TOPICS = KafkaSettings()


class Died(BaseException):
    """The process has ended."""


class Lost(Exception):
    """No answer arrived."""


@dataclass(slots=True)
class Creator:
    """A process with one record of the invoice; as ``Http`` it hands its calls to the scheduler.

    ``next_call`` is the call that it is about to make; ``None`` while it only waits, and at its
    end.
    """

    account: Account
    clock: FakeClock
    order: Order
    document: FormattedInvoice
    is_repeat: bool
    is_over: bool = False
    task: Task | None = None
    next_call: Call | None = None
    _stops: SimpleQueue[Call | None] = field(default_factory=SimpleQueue)
    _answers: SimpleQueue[Answer | BaseException | None] = field(default_factory=SimpleQueue)

    def start(self) -> None:
        """Run until the first call."""
        threading.Thread(target=self._run, daemon=True).start()
        self.next_call = self._stops.get()

    def go_on(self, given: Answer | BaseException | None = None) -> None:
        """Run until the next call; ``given`` is the result of this one."""
        self._answers.put(given)
        self.next_call = self._stops.get()

    def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        """See ``Http``."""
        del headers
        try:
            return self._call(Call.of("GET", url, HEADERS))
        except Lost as error:
            raise Unavailable("no answer") from error

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """See ``Http``."""
        return self._change(Call.of("POST", url, {**HEADERS, **headers}, body))

    def delete(self, url: str, headers: Mapping[str, str]) -> Answer:
        """See ``Http``."""
        del headers
        return self._change(Call.of("DELETE", url, HEADERS))

    def renew_credentials(self) -> None:
        """See ``Http``."""

    def _change(self, call: Call) -> Answer:
        try:
            return self._call(call)
        except Lost as error:
            raise Uncertain("no answer") from error

    def _call(self, call: Call) -> Answer:
        given = self._stop(call)
        assert isinstance(given, Answer)
        return given

    def _stop(self, call: Call | None) -> Answer | None:
        self._stops.put(call)
        given = self._answers.get()
        if isinstance(given, BaseException):
            raise given
        return given

    def _run(self) -> None:
        try:
            self._work()
        except Died:
            pass
        finally:
            self.is_over = True
            self._stops.put(None)

    def _work(self) -> None:
        client = Razorpay(
            InvoicesApi("http://razorpay", self, self.clock, str), self.clock, self.order
        )
        settlement = Settlement(FakePublisher(), TOPICS, {}, METRICS, self.clock)
        connections = {"razorpay": Connection(PROVIDER, client)}
        handler = InvoiceHandler(
            connections, DecisionBook(), FakeWriteback(), settlement, METRICS, self.clock
        )
        task = Task(
            record(topic="formatted-invoices"), self.document, ALL_PHASES, is_repeat=self.is_repeat
        )
        self.task = task
        for _ in range(MAX_ATTEMPTS):
            task.slot = CallSlot(task.lane, task.lane, opening=0, is_probe=False)
            error = handler.attempt(task)
            if task.created is not None or isinstance(error, Rejected):
                return
            self._stop(None)


class World:
    """The account, its creators and the scheduler.

    ``doubled`` is whether two invoices of one receipt ever existed at the same time. ``weather`` is
    the probability that a call is not answered.
    """

    def __init__(self, order: Order, seed: int) -> None:
        self.random = Random(seed)
        self.clock = FakeClock()
        self.weather = self.random.choice((0.0, 0.1, 0.3))
        settings = RazorpaySettings(
            lookup_lag_seconds=None, deleted_stay_listed=self.random.random() < 0.5
        )
        self.account = Account(settings, lambda: 1_000_000 + self.clock.monotonic())
        self.order: Order = order
        self.creators: list[Creator] = []
        self.late: list[Call] = []
        self.doubled = False
        self.start(is_repeat=self.random.random() < 0.5)

    def run(self) -> "World":
        """Take random steps, then let everything finish, and let a last creator check the
        invoice.
        """
        for _ in range(STEPS):
            self._step()
        self._end()
        return self

    def standing(self) -> list[str]:
        """Return the ids of the existing invoices."""
        return [
            str(each["id"])
            for each in self.account.documents()
            if each["state"] in ("open", "paid")
        ]

    def start(self, *, is_repeat: bool) -> Creator:
        """Start a process, before or after the previous one ends."""
        document = REWORDED if self.random.random() < 0.2 else INVOICE
        creator = Creator(self.account, self.clock, self.order, document, is_repeat)
        creator.start()
        self.creators.append(creator)
        return creator

    @property
    def _alive(self) -> list[Creator]:
        return [creator for creator in self.creators if not creator.is_over]

    def _step(self) -> None:
        draw = self.random.random()
        if draw < 0.15:
            self.account.people.settle(1)
        elif draw < 0.25 and self.late:
            self._carry_out(self.late.pop(self.random.randrange(len(self.late))))
        elif draw < 0.35 and len(self.creators) < MAX_CREATORS:
            self.start(is_repeat=True)
        elif draw < 0.45:
            self.clock.advance(self.random.choice((0.2, 1, 5, 90, 3600)))
        elif self._alive:
            # Mostly the newest: the others are frozen meanwhile, perhaps until everything is over.
            is_newest = self.random.random() < 0.6
            self._advance(self._alive[-1] if is_newest else self.random.choice(self._alive))

    def _advance(self, creator: Creator) -> None:
        """Settle a creator's next call, or end the creator."""
        call = creator.next_call
        draw = self.random.random()
        if draw < self.weather / 6:
            self._leave(call)
            creator.go_on(Died())
        elif call is None:
            creator.go_on()
        elif draw < 1 - self.weather:
            creator.go_on(self._carry_out(call))
        else:
            self._leave(call)
            creator.go_on(Lost())

    def _leave(self, call: Call | None) -> None:
        """Carry out a call that nobody waits for: now, later or never."""
        draw = self.random.random()
        if call is not None and draw < 0.4:
            self._carry_out(call)
        elif call is not None and draw < 0.8:
            self.late.append(call)

    def _carry_out(self, call: Call) -> Answer:
        reply = self.account.answer(call)
        self.doubled = self.doubled or len(self.standing()) > 1
        return Answer(reply.status, reply.headers, reply.body)

    def _end(self) -> None:
        while self._alive:
            self._finish(self.random.choice(self._alive))
        self.random.shuffle(self.late)
        while self.late:
            self._carry_out(self.late.pop())
        self._finish(self.start(is_repeat=True))

    def _finish(self, creator: Creator) -> None:
        while not creator.is_over:
            self.account.people.settle()
            creator.go_on(None if creator.next_call is None else self._carry_out(creator.next_call))
