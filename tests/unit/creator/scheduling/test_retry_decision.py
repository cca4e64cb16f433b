"""The verdict by comparison, and the delays."""

import pytest

from invoice_creator.kafka.tasks import ALL_PHASES
from invoice_creator.scheduling.doubt import PAUSES, Doubt
from invoice_creator.scheduling.retry_decision import WRITEBACK_RETRIES, verdict
from invoice_creator.scheduling.task import Task
from invoice_providers.base import Begun, Found, Pending
from invoice_shared.errors import (
    CallFailed,
    CredentialsRefused,
    Rejected,
    Unavailable,
    Uncertain,
    Unreachable,
)
from invoice_shared.resilience.circuit import Circuit
from invoice_shared.resilience.concurrency_limit import ConcurrencyLimit
from invoice_shared.resilience.retry import MAX_CONTRADICTIONS, RetryPolicy
from tests.builders import formatted_invoice, record
from tests.fakes import FakeClock

FAILED = Unavailable("It failed.")
OUTAGE = Unreachable("down")


class Bench:
    """One invoice that keeps failing, beside others that a test lets succeed."""

    def __init__(self, retries: int = 1) -> None:
        self.clock = FakeClock()
        self.circuit = Circuit(self.clock, 5, 10, ConcurrencyLimit(64))
        self.policy = RetryPolicy(retries, 5.0, 30.0, 900.0, jitter=lambda _low, high: high)
        self.task = Task(record(), formatted_invoice(), ALL_PHASES)

    def fail(self, error: CallFailed = FAILED) -> Rejected | float:
        self.clock.advance(1)
        slot = self.circuit.begin(self.task.lane)
        self.circuit.failed(slot, error)
        decided = verdict(self.task, error, slot=slot, circuit=self.circuit, policy=self.policy)
        assert decided is not None
        return decided

    def is_created(self) -> None:
        self.task.created = Found("1001")
        self.task.move_on()

    def another_succeeds(self) -> None:
        self.clock.advance(1)
        self.circuit.succeeded(self.circuit.begin(b"other"))

    def another_fails(self, error: CallFailed = FAILED) -> None:
        self.circuit.failed(self.circuit.begin(b"other"), error)


def is_filed(decided: Rejected | float) -> bool:
    return isinstance(decided, Rejected) and decided.code == "retries-exhausted"


def test_an_invoice_that_fails_while_another_succeeds_is_filed_after_its_retries() -> None:
    bench = Bench()

    assert not is_filed(bench.fail())
    bench.another_succeeds()
    assert is_filed(bench.fail())


def test_without_a_comparison_it_is_filed_only_when_patience_runs_out() -> None:
    bench = Bench()
    verdicts = [bench.fail() for _ in range(10)]
    bench.clock.advance(900)

    assert not any(map(is_filed, verdicts))
    assert is_filed(bench.fail())


def test_a_success_before_its_first_failure_is_not_a_comparison() -> None:
    bench = Bench()
    bench.another_succeeds()

    assert not any(is_filed(bench.fail()) for _ in range(5))


def test_the_configured_retries_are_made_first() -> None:
    bench = Bench(retries=3)
    verdicts = []
    for _ in range(4):
        verdicts.append(is_filed(bench.fail()))
        bench.another_succeeds()

    assert verdicts == [False, False, False, True]


def test_the_comparison_is_needed_even_without_retries() -> None:
    bench = Bench(retries=0)

    assert not is_filed(bench.fail())
    bench.another_succeeds()
    assert is_filed(bench.fail())


@pytest.mark.parametrize(
    "error", [OUTAGE, CredentialsRefused("no")], ids=["outage", "refused credentials"]
)
def test_an_outage_never_files_anything_however_long_it_lasts(error: CallFailed) -> None:
    bench = Bench()

    for _ in range(100):
        assert not is_filed(bench.fail(error))
        bench.clock.advance(100)


def test_the_first_invoices_of_an_outage_get_all_their_retries_when_it_is_over() -> None:
    bench = Bench()
    bench.fail()
    bench.fail()
    bench.another_fails(OUTAGE)
    bench.clock.advance(7200)
    bench.another_succeeds()

    assert not is_filed(bench.fail())
    assert is_filed(bench.fail())


def test_probes_do_not_count() -> None:
    bench = Bench()
    bench.another_fails(OUTAGE)
    for _ in range(20):
        bench.clock.advance(10)
        assert not is_filed(bench.fail())


def test_an_invoice_that_keeps_failing_between_successes_of_others_is_filed_in_the_end() -> None:
    bench = Bench()
    verdicts = []
    for _ in range(MAX_CONTRADICTIONS + 1):
        verdicts.append(is_filed(bench.fail(OUTAGE)))
        bench.another_succeeds()

    assert verdicts == [False] * MAX_CONTRADICTIONS + [True]


def test_a_status_that_is_never_accepted_is_a_writeback_failure_after_its_own_retries() -> None:
    bench = Bench()
    bench.is_created()
    verdicts = []
    for _ in range(WRITEBACK_RETRIES + 1):
        verdicts.append(bench.fail())
        bench.another_succeeds()

    *waits, decided = verdicts
    assert all(isinstance(wait, float) for wait in waits)
    assert isinstance(decided, Rejected)
    assert decided.code == "writeback-refused"


def test_a_record_that_kafka_does_not_accept_is_never_given_up() -> None:
    bench = Bench()
    bench.is_created()
    bench.task.move_on()
    bench.fail()
    bench.another_succeeds()
    bench.clock.advance(10_000)

    assert isinstance(bench.fail(), float)


@pytest.mark.parametrize(
    ("errors", "delay"),
    [
        pytest.param([FAILED], 1.0, id="the first wait is at most a second"),
        pytest.param([FAILED] * 4, 8.0, id="it doubles"),
        pytest.param([FAILED] * 40, 30.0, id="up to the setting"),
        pytest.param(
            [Unavailable("", retry_after=45)],
            45.0,
            id="a delay that the provider asks for comes first",
        ),
        pytest.param([Uncertain("")], 5.0, id="an unknown outcome settles first"),
        pytest.param([FAILED] * 4 + [Uncertain("")], 16.0, id="and backs off too"),
    ],
)
def test_delays(errors: list[CallFailed], delay: float) -> None:
    bench = Bench()

    verdicts = [bench.fail(error) for error in errors]

    assert verdicts[-1] == delay


def test_an_unreadable_look_is_retried_and_then_filed_as_possibly_existing() -> None:
    bench = Bench()
    bench.task.is_looking = True
    verdicts = []
    for _ in range(5):
        verdicts.append(bench.fail())
        bench.another_succeeds()
    assert not any(map(is_filed, verdicts))
    bench.clock.advance(900)

    decided = bench.fail()

    assert isinstance(decided, Rejected)
    assert (decided.code, bench.task.may_exist) == ("retries-exhausted", True)
    assert "may exist" in decided.reason


def test_a_look_during_an_outage_is_never_filed() -> None:
    bench = Bench()
    bench.task.is_looking = True
    for _ in range(20):
        bench.clock.advance(900)
        assert not is_filed(bench.fail(OUTAGE))


def test_a_doubt_waits_for_as_long_as_the_provider_asks() -> None:
    bench = Bench()
    bench.task.doubt = Doubt(FAILED, opening=0)

    assert bench.fail(FAILED) == 5.0
    assert bench.fail(Unavailable("500", retry_after=45)) == 45.0


def test_a_doubt_quotes_the_providers_last_answer() -> None:
    bench = Bench()
    bench.task.doubt = Doubt(Uncertain("It hung up."), opening=0, looks=len(PAUSES))
    bench.fail(Uncertain("It hung up."))
    bench.another_succeeds()

    decided = bench.fail(Uncertain("It hung up."))

    assert isinstance(decided, Rejected)
    assert "It hung up." in decided.reason


WRONG_PATH = Unavailable("404", about="settings")


def test_a_report_to_a_wrong_path_waits_until_patience_runs_out_and_opens_no_circuit() -> None:
    bench = Bench()
    bench.is_created()

    for _ in range(50):
        assert not isinstance(bench.fail(WRONG_PATH), Rejected)
        bench.another_fails(WRONG_PATH)
    assert not bench.circuit.is_open
    bench.clock.advance(900)

    filed = bench.fail(WRONG_PATH)
    assert isinstance(filed, Rejected)
    assert filed.code == "writeback-refused"


def test_an_outage_never_ends_a_pending_create_however_long_it_lasts() -> None:
    bench = Bench()
    bench.task.doubt = Doubt(
        Pending("not listed yet", Begun("inv_1", 0.0)), opening=0, looks=len(PAUSES)
    )

    for _ in range(2 * MAX_CONTRADICTIONS):
        bench.another_succeeds()
        assert not isinstance(bench.fail(OUTAGE), Rejected)
