"""Whether the broker can be reached, according to its client."""

import pytest
from confluent_kafka import KafkaError, KafkaException

from invoice_operations.reaching import (
    ALL_DOWN,
    PATIENCE_SECONDS,
    STEP_SECONDS,
    Met,
    check_reachable,
    wait_for_answer,
)
from invoice_shared.errors import CredentialsRefused, Unavailable
from invoice_shared.settings import KafkaSettings
from tests.fakes import FakeClock

SILENT = KafkaError._TRANSPORT
REFUSED = KafkaError(KafkaError._AUTHENTICATION, "b-1:9092: SASL authentication error.")
DEAD = KafkaError(SILENT, "b-1:9092: Connection refused")
DOWN = KafkaError(ALL_DOWN, "1/1 brokers are down")
SERVERS = "b-1:9092"


class Asks:
    """A client that answers after a number of tries, and reports what happened to its connections
    in between.
    """

    def __init__(
        self, clock: FakeClock, answers_after: int | None, *met: KafkaError, code: int = SILENT
    ) -> None:
        self._clock = clock
        self._answers_after = answers_after
        self._errors = list(met)
        self._code = code
        self.met = Met()
        self.asked = 0

    def list_topics(self, *, timeout: float) -> object:
        self.asked += 1
        if self._answers_after is not None and self.asked > self._answers_after:
            return object()
        self._clock.advance(timeout)
        raise KafkaException(KafkaError(self._code, "Failed to get metadata"))

    def poll(self, timeout: float) -> int:
        for error in self._errors:
            self.met.note(error)
        return len(self._errors)


def wait(answers_after: int | None, *met: KafkaError, code: int = SILENT) -> FakeClock:
    clock = FakeClock()
    asks = Asks(clock, answers_after, *met, code=code)
    wait_for_answer(asks, asks.met, SERVERS, clock)
    return clock


def test_a_slow_broker_is_waited_for() -> None:
    assert wait(3, DEAD).monotonic() == 3 * STEP_SECONDS


@pytest.mark.parametrize(
    ("met", "kind", "said"),
    [
        pytest.param(
            (DEAD, DOWN),
            Unavailable,
            "at b-1:9092: b-1:9092: Connection refused.",
            id="no connection",
        ),
        pytest.param(
            (DOWN,),
            Unavailable,
            "at b-1:9092: nothing answers as a broker does.",
            id="no reason",
        ),
        pytest.param(
            (REFUSED,), CredentialsRefused, "b-1:9092 refuses these credentials", id="no login"
        ),
    ],
)
def test_a_hopeless_connection_is_reported_at_once_with_the_address(
    met: tuple[KafkaError, ...], kind: type[Exception], said: str
) -> None:
    clock = FakeClock()
    asks = Asks(clock, None, *met)

    with pytest.raises(kind, match=said):
        wait_for_answer(asks, asks.met, SERVERS, clock)

    assert asks.asked == 1


def test_the_wait_has_an_end() -> None:
    clock = FakeClock()
    asks = Asks(clock, None)

    with pytest.raises(Unavailable, match=SERVERS):
        wait_for_answer(asks, asks.met, SERVERS, clock)

    assert clock.monotonic() == PATIENCE_SECONDS + STEP_SECONDS


def test_a_refusal_by_the_broker_itself_is_passed_on() -> None:
    with pytest.raises(KafkaException):
        wait(None, code=KafkaError.CLUSTER_AUTHORIZATION_FAILED)


def test_a_port_on_which_nothing_listens_is_reported() -> None:
    with pytest.raises(Unavailable, match=r"at 127\.0\.0\.1:1: .*refused"):
        check_reachable(KafkaSettings(kafka_bootstrap_servers="127.0.0.1:1"), FakeClock())
