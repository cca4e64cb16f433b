"""When calls to a system are held back, and when they continue."""

import pytest

from invoice_shared.errors import (
    CallFailed,
    CredentialsRefused,
    Rejected,
    Unavailable,
    Uncertain,
    Unreachable,
)
from invoice_shared.failure import ProviderResponse
from invoice_shared.resilience.circuit import Circuit
from invoice_shared.resilience.concurrency_limit import ConcurrencyLimit
from tests.fakes import FakeClock

OUTAGE = Unreachable("down")
THROTTLED = Unavailable(
    "429", outage=True, retry_after=60, response=ProviderResponse(status=429, body="")
)
FAILED = Unavailable("500")
REFUSED = CredentialsRefused("who are you?")


class Line:
    """A circuit with a clock, and the calls that tests make."""

    def __init__(self, failures: int = 5, probe_seconds: float = 10) -> None:
        self.clock = FakeClock()
        self.circuit = Circuit(self.clock, failures, probe_seconds, ConcurrencyLimit(64))

    def fail(self, error: CallFailed, suspect: bytes = b"a") -> str | None:
        return self.circuit.failed(self.circuit.begin(suspect), error)

    def succeed(self) -> str | None:
        return self.circuit.succeeded(self.circuit.begin(b"a"))


@pytest.fixture
def line() -> Line:
    return Line()


def test_a_certain_outage_opens_the_circuit_at_once(line: Line) -> None:
    assert line.fail(OUTAGE) == "opened"
    assert not line.circuit.admits()


@pytest.mark.parametrize("error", [FAILED, Uncertain("reset")], ids=["failed", "unknown"])
def test_consecutive_failures_of_several_invoices_open_the_circuit(
    line: Line, error: CallFailed
) -> None:
    changes = [line.fail(error, suspect) for suspect in (b"a", b"a", b"b", b"a", b"b")]

    assert changes == [None, None, None, None, "opened"]


def test_one_invoice_alone_never_opens_the_circuit(line: Line) -> None:
    assert {line.fail(FAILED) for _ in range(50)} == {None}


def test_a_success_in_between_starts_the_count_again(line: Line) -> None:
    for suspect in (b"a", b"b", b"a", b"b"):
        line.fail(FAILED, suspect)
    line.succeed()

    assert line.fail(FAILED, b"a") is None
    assert line.circuit.admits()


def test_an_open_circuit_lets_one_call_at_a_time_probe(line: Line) -> None:
    line.fail(OUTAGE)
    line.clock.advance(1)

    assert line.circuit.admits()
    line.circuit.begin(b"a")
    assert not line.circuit.admits()
    assert line.circuit.not_before(0) is None


def test_probes_come_after_one_two_four_seconds_up_to_the_setting(line: Line) -> None:
    line.fail(OUTAGE)

    waits = []
    for _ in range(6):
        began = line.clock.monotonic()
        at = line.circuit.not_before(0)
        assert at is not None
        waits.append(at - began)
        line.clock.advance(at - began)
        line.fail(OUTAGE)

    assert waits == [1, 2, 4, 8, 10, 10]


def test_an_outage_of_days_is_probed_to_its_end(line: Line) -> None:
    line.fail(OUTAGE)
    for _ in range(2000):
        line.clock.advance(10)
        line.fail(OUTAGE)

    assert line.circuit.not_before(0) == line.clock.monotonic() + 10


@pytest.mark.parametrize(
    "limited",
    [
        pytest.param(
            Unavailable("429", about="customer", retry_after=60), id="the limit of one customer"
        ),
        pytest.param(Unavailable("404", about="settings"), id="one part of the settings"),
    ],
)
def test_an_error_about_one_part_says_nothing_about_the_system(
    line: Line, limited: Unavailable
) -> None:
    assert {line.fail(limited, suspect) for suspect in (b"a", b"b", b"c") * 5} == {None}
    assert (line.circuit.limit.in_flight, line.circuit.limit.now) == (0, 64)


@pytest.mark.parametrize(
    ("error", "opens"),
    [
        pytest.param(OUTAGE, True, id="no connection"),
        pytest.param(REFUSED, True, id="refused credentials"),
        pytest.param(
            Unavailable("503", outage=True, response=ProviderResponse(status=503, body="")),
            False,
            id="an answer",
        ),
        pytest.param(Unavailable("no answer", outage=True), False, id="a lost answer"),
    ],
)
def test_only_errors_that_refuse_every_call_open_at_once(error: CallFailed, opens: bool) -> None:
    circuit = Circuit(FakeClock(), 5, 10, ConcurrencyLimit(8))

    circuit.failed(circuit.begin(b"a"), error)

    assert circuit.is_open is opens


def test_the_delay_that_the_other_system_asks_for_is_honoured(line: Line) -> None:
    for suspect in (b"a", b"b", b"c", b"d"):
        assert line.fail(THROTTLED, suspect) is None
    assert line.fail(THROTTLED, b"e") == "opened"

    line.clock.advance(59)
    assert not line.circuit.admits()
    line.clock.advance(1)
    assert line.circuit.admits()


def test_a_successful_probe_closes_the_circuit(line: Line) -> None:
    line.fail(OUTAGE)
    line.clock.advance(1)

    assert line.succeed() == "closed"
    assert line.circuit.admits()


def test_an_understood_refusal_of_the_probe_closes_the_circuit_too(line: Line) -> None:
    line.fail(OUTAGE)
    line.clock.advance(1)

    assert (
        line.fail(
            Rejected("provider-rejected", "no", response=ProviderResponse(status=400, body=""))
        )
        == "closed"
    )


def test_a_probe_that_was_never_sent_proves_nothing_and_the_next_may_go(line: Line) -> None:
    line.fail(OUTAGE)
    line.clock.advance(1)

    assert line.fail(Rejected("unsupported-currency", "not sent")) is None
    assert line.circuit.is_open
    assert line.circuit.admits()


def test_calls_from_before_the_opening_neither_close_nor_delay(line: Line) -> None:
    early = line.circuit.begin(b"a")
    late = line.circuit.begin(b"b")
    line.fail(OUTAGE)

    assert line.circuit.succeeded(early) is None
    assert line.circuit.failed(late, OUTAGE) is None
    assert line.circuit.not_before(0) == 1
    assert line.circuit.log.served_since(-1, other_than=b"b")


def test_refused_credentials_open_the_circuit_and_are_reported_once(line: Line) -> None:
    changes = [line.fail(REFUSED)]
    for _ in range(3):
        line.clock.advance(10)
        changes.append(line.fail(REFUSED))

    assert changes == ["refused", None, None, None]


def test_an_outage_that_turns_out_to_be_refused_credentials_is_reported(line: Line) -> None:
    line.fail(OUTAGE)
    line.clock.advance(1)

    assert line.fail(REFUSED) == "refused"
    line.clock.advance(10)
    assert line.succeed() == "closed"
    assert not line.circuit.is_refused


@pytest.mark.parametrize("error", [FAILED, THROTTLED], ids=["500", "429"])
def test_a_throttle_takes_one_slot_away_and_good_answers_restore_it(error: Unavailable) -> None:
    circuit = Circuit(FakeClock(), 5, 10, ConcurrencyLimit(8))
    circuit.failed(circuit.begin(b"a"), error)
    assert circuit.limit.now == 7

    for _ in range(8):
        circuit.succeeded(circuit.begin(b"a"))

    assert circuit.limit.now == 8


def test_calls_in_flight_are_bounded_and_the_next_room_is_unknown_until_an_answer() -> None:
    circuit = Circuit(FakeClock(), 5, 10, ConcurrencyLimit(2))
    first = circuit.begin(b"a")
    circuit.begin(b"a")
    assert not circuit.admits()
    assert circuit.not_before(3.0) is None

    circuit.succeeded(first)

    assert circuit.admits()
    assert circuit.not_before(3.0) == 3.0


def test_after_an_outage_calls_come_back_one_by_one() -> None:
    clock = FakeClock()
    circuit = Circuit(clock, 5, 10, ConcurrencyLimit(8))
    circuit.failed(circuit.begin(b"a"), OUTAGE)
    clock.advance(10)

    assert circuit.succeeded(circuit.begin(b"a")) == "closed"

    assert circuit.limit.now == 2
    assert circuit.limit.in_flight == 0


def test_a_refusal_returns_its_slot_and_changes_nothing() -> None:
    circuit = Circuit(FakeClock(), 5, 10, ConcurrencyLimit(2))
    for _ in range(5):
        circuit.failed(circuit.begin(b"a"), Rejected("provider-rejected", "no"))

    assert (circuit.limit.in_flight, circuit.limit.now) == (0, 2)


def test_an_answered_look_ends_an_outage_but_is_not_a_success(line: Line) -> None:
    line.fail(OUTAGE)
    line.clock.advance(1)
    before = line.clock.monotonic()

    assert line.circuit.looked(line.circuit.begin(b"a")) == "closed"
    assert not line.circuit.log.served_since(before, b"b")


def test_answered_looks_between_failures_do_not_hide_that_creating_fails(line: Line) -> None:
    changes = []
    for suspect in (b"a", b"a", b"b", b"a", b"b"):
        changes.append(line.fail(FAILED, suspect))
        if not line.circuit.is_open:
            line.circuit.looked(line.circuit.begin(b"c"))

    assert changes[-1] == "opened"


def test_a_call_that_was_not_made_proves_nothing_and_the_next_may_probe(line: Line) -> None:
    line.fail(OUTAGE)
    line.clock.advance(1)

    assert line.circuit.unused(line.circuit.begin(b"a")) is None
    assert line.circuit.is_open
    assert line.circuit.admits()


def test_a_lost_answer_does_not_reduce_the_slots() -> None:
    circuit = Circuit(FakeClock(), 5, 10, ConcurrencyLimit(4))

    circuit.failed(circuit.begin(b"a"), Uncertain("reset"))

    assert circuit.limit.now == 4
