"""A patient fetch from a Metronome in memory, on virtual time."""

from collections.abc import Callable
from random import Random
from typing import Any

from invoice_formatter.fetching import NotFetched, PatientFetch
from invoice_formatter.judgement import build_circuit, build_policy
from invoice_formatter.turns import Turns
from invoice_formatter.underway import Underway
from invoice_shared.circuit_watch import CircuitWatch
from invoice_shared.errors import CallFailed
from invoice_shared.health import Health
from invoice_shared.metrics import Metrics
from invoice_shared.metronome.rate_limits import RateLimits
from tests.support.virtual_time import VirtualTime

CALL_SECONDS = 0.1
PATIENCE = 900.0
# Customer id, invoice id → what Metronome answers; an exception is raised.
Reply = Callable[[str, str], Any]


class Desk:
    """Fetches as the formatter does; ``reply`` is how Metronome behaves at the moment."""

    def __init__(self, reply: Reply, concurrency: int = 16) -> None:
        self.time = VirtualTime()
        self.reply = reply
        self.asked: list[str] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self.health = Health(self.time.clock, 1800)
        self.metrics = Metrics()
        self.limits = RateLimits(self.time.clock)
        watch = CircuitWatch(self.metrics, self.health, vital={"metronome"})
        self.turns = Turns(
            build_circuit(self.time.clock, concurrency, 30),
            self.limits,
            lambda change, error: watch("metronome", change, error),
            self.time.sleep,
        )
        self.underway = Underway()
        policy = build_policy(
            backoff_max_seconds=30, patience_seconds=PATIENCE, jitter=Random(1).uniform
        )
        self.patient = PatientFetch(
            self._get_invoice, self.turns, self.underway, policy, self.health
        )
        self.ends: dict[str, Any] = {}

    async def _get_invoice(self, customer_id: str, invoice_id: str) -> Any:
        self.asked.append(invoice_id)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        await self.time.sleep(CALL_SECONDS)
        self.in_flight -= 1
        answer = self.reply(customer_id, invoice_id)
        if isinstance(answer, CallFailed):
            raise answer
        return answer

    async def fetch(self, customer_id: str, invoice_id: str) -> None:
        """Fetch an invoice, and record how it ended: the answer, or the code of its failure."""
        try:
            self.ends[invoice_id] = await self.patient.fetch(customer_id, invoice_id)
        except NotFetched as error:
            self.ends[invoice_id] = error.why.code
