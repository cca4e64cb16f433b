"""Check within seconds that the broker can be reached, and name its address if not.

Kafka's client retries in the background, and its calls finally fail with "timed out". Only a
callback reports the errors of its connections.
"""

from typing import Protocol

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from invoice_operations.broker_errors import broker_errors
from invoice_shared.clock import Clock
from invoice_shared.errors import ConnectorError, CredentialsRefused, Unavailable
from invoice_shared.kafka.client_config import common_config
from invoice_shared.settings import KafkaSettings

# For connecting, including TCP, TLS and login. The client's default is 30 s.
CONNECT_MS = 4_000
# Between two checks of the connections' errors.
STEP_SECONDS = 0.5
# For a broker that accepts the connection and is slow.
PATIENCE_SECONDS = 15.0
ALL_DOWN = KafkaError._ALL_BROKERS_DOWN  # noqa: SLF001 - confluent-kafka's name for its own code
REFUSED = (KafkaError._AUTHENTICATION, KafkaError.SASL_AUTHENTICATION_FAILED)  # noqa: SLF001 - likewise
PASSING = (KafkaError._TRANSPORT, KafkaError._TIMED_OUT)  # noqa: SLF001 - likewise


class Asks(Protocol):
    """The part of ``AdminClient`` that is used here."""

    def list_topics(self, *, timeout: float) -> object:
        """Ask the broker for its topics."""

    def poll(self, timeout: float) -> int:
        """Call the callback with the connections' errors."""


class Met:
    """The errors of a client's connections so far; ``note`` is its error callback."""

    def __init__(self) -> None:
        self.is_all_down = False
        self.last: KafkaError | None = None

    def note(self, error: KafkaError) -> None:
        """Note an error of one connection, or that all brokers are down."""
        if error.code() == ALL_DOWN:
            self.is_all_down = True
        else:
            self.last = error

    @property
    def is_hopeless(self) -> bool:
        """Whether waiting longer will not help."""
        return self.is_all_down or (self.last is not None and self.last.code() in REFUSED)


def check_reachable(settings: KafkaSettings, clock: Clock) -> None:
    """Return once a broker has answered.

    Raises ``Unavailable``, or ``CredentialsRefused`` if it refuses our credentials.
    """
    met = Met()
    own = {"error_cb": met.note, "socket.connection.setup.timeout.ms": CONNECT_MS}
    with broker_errors():
        asks = AdminClient(common_config(settings) | own)
        wait_for_answer(asks, met, settings.kafka_bootstrap_servers, clock)


def wait_for_answer(asks: Asks, met: Met, servers: str, clock: Clock) -> None:
    """Ask until the broker answers or waiting is hopeless.

    Raises as ``check_reachable`` does, or ``KafkaException``.
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
        f"The broker cannot be reached at {servers}: {said}. Check KAFKA_BOOTSTRAP_SERVERS and"
        " TLS/SASL."
    )
