"""Whether the broker can be reached at all, told within seconds and with the address that was
tried.

A client of Kafka's goes on trying in the background, and its calls say "timed out" in the end. What
its connections met is told apart from that: by a callback.
"""

from typing import Protocol

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from invoice_operations.broker_errors import broker_errors
from invoice_shared.clock import Clock
from invoice_shared.errors import ConnectorError, CredentialsRefused, Unavailable
from invoice_shared.kafka.client_config import common_config
from invoice_shared.settings import KafkaSettings

# From the first packet to a broker that answers: TCP, TLS and the login included. The client's own
# is 30 s.
CONNECT_MS = 4_000
# Between two looks at what the connections met.
STEP_SECONDS = 0.5
# For a broker that lets us in and takes its time.
PATIENCE_SECONDS = 15.0
ALL_DOWN = KafkaError._ALL_BROKERS_DOWN  # noqa: SLF001 - the name that confluent-kafka gives a code of its own
REFUSED = (KafkaError._AUTHENTICATION, KafkaError.SASL_AUTHENTICATION_FAILED)  # noqa: SLF001 - likewise
PASSING = (KafkaError._TRANSPORT, KafkaError._TIMED_OUT)  # noqa: SLF001 - likewise


class Asks(Protocol):
    """The part of ``AdminClient`` that this takes."""

    def list_topics(self, *, timeout: float) -> object:
        """Ask a broker for anything."""

    def poll(self, timeout: float) -> int:
        """Call the callback with what the connections met."""


class Met:
    """What a client's connections met so far; ``note`` is its callback for errors."""

    def __init__(self) -> None:
        self.is_all_down = False
        self.last: KafkaError | None = None

    def note(self, error: KafkaError) -> None:
        """Take an error of one connection, or that there is none left."""
        if error.code() == ALL_DOWN:
            self.is_all_down = True
        else:
            self.last = error

    @property
    def is_hopeless(self) -> bool:
        """Whether trying on is of no use to somebody who waits."""
        return self.is_all_down or (self.last is not None and self.last.code() in REFUSED)


def check_reachable(settings: KafkaSettings, clock: Clock) -> None:
    """Return once a broker has answered.

    Raises ``Unavailable``, and ``CredentialsRefused`` if it lets nobody in.
    """
    met = Met()
    own = {"error_cb": met.note, "socket.connection.setup.timeout.ms": CONNECT_MS}
    with broker_errors():
        asks = AdminClient(common_config(settings) | own)
        wait_for_answer(asks, met, settings.kafka_bootstrap_servers, clock)


def wait_for_answer(asks: Asks, met: Met, servers: str, clock: Clock) -> None:
    """Ask until there is an answer, or no hope for one.

    Raises as ``check_reachable`` does, and ``KafkaException``.
    """
    deadline = clock.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            asks.list_topics(timeout=STEP_SECONDS)
        except KafkaException as error:
            asks.poll(0)
            if met.is_hopeless or clock.monotonic() > deadline:
                raise _meaning(met.last, servers) from error
            if error.args[0].code() not in PASSING:
                raise
        else:
            return


def _meaning(error: KafkaError | None, servers: str) -> ConnectorError:
    said = "nothing answers as a broker does" if error is None else error.str().rstrip(".")
    if error is not None and error.code() in REFUSED:
        return CredentialsRefused(f"The broker at {servers} refuses these credentials: {said}.")
    return Unavailable(
        f"The broker cannot be reached at {servers}: {said}. Check KAFKA_BOOTSTRAP_SERVERS and TLS/SASL."
    )
