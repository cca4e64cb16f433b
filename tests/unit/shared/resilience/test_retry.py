"""The evidence that is needed to give up an invoice.

The creator's own decisions are in ``scheduling/test_retry_decision.py``.
"""

import pytest

from invoice_shared.errors import CallFailed, Unavailable, Unreachable
from invoice_shared.resilience.circuit import Circuit
from invoice_shared.resilience.concurrency_limit import ConcurrencyLimit
from invoice_shared.resilience.retry import MAX_CONTRADICTIONS, Evidence, PhaseAttempts, RetryPolicy
from tests.fakes import FakeClock

OWN = Unavailable("500", about="invoice")
OF_CUSTOMER = Unavailable("429", about="customer", retry_after=45)
UNREACHABLE = Unreachable("no connection")


class Bench:
    """One invoice of one customer that keeps failing, beside invoices of others."""

    def __init__(self, evidence: Evidence, retries: int = 2) -> None:
        self.clock = FakeClock()
        self.circuit = Circuit(self.clock, 5, 10, ConcurrencyLimit(64))
        self.policy = RetryPolicy(
            retries, 0, 30, 900, jitter=lambda _low, high: high, evidence=evidence
        )
        self.attempts = PhaseAttempts()

    def fail(self, error: CallFailed = OWN, failing: int = 1) -> bool:
        """Fail once more; return whether the invoice is given up."""
        self.clock.advance(1)
        slot = self.circuit.begin(b"bad", b"customer")
        self.circuit.failed(slot, error)
        self.policy.note(self.attempts, slot, error, self.circuit)
        return self.policy.gives_up(self.attempts, slot, self.circuit, failing)

    def other(self, error: CallFailed | None = None, peer: bytes = b"other") -> None:
        """End the call of an invoice of another customer."""
        self.clock.advance(0.01)
        slot = self.circuit.begin(b"invoice of " + peer, peer)
        if error is None:
            self.circuit.succeeded(slot)
        else:
            self.circuit.failed(slot, error)


def test_a_success_of_the_same_customer_is_not_a_comparison() -> None:
    bench = Bench(Evidence())
    for _ in range(5):
        assert not bench.fail()
        bench.other(peer=b"customer")

    bench.other()
    assert bench.fail()


def test_the_limit_of_one_customer_neither_counts_nor_contradicts() -> None:
    bench = Bench(Evidence())
    for _ in range(2 * MAX_CONTRADICTIONS):
        assert not bench.fail(OF_CUSTOMER)
        bench.other()

    assert bench.circuit.limit.now == 64


def test_failures_that_are_as_frequent_for_others_are_not_evidence() -> None:
    bench = Bench(Evidence(chance=1e-6))
    verdicts = []
    for _ in range(30):
        verdicts.append(bench.fail())
        bench.other(OWN)
        bench.other()

    assert verdicts.index(True) + 1 == 20, (
        "half of the others' calls fail: 2^-20 is one in a million"
    )


@pytest.mark.parametrize(("others", "tries"), [(1, 7), (10, 4), (100, 3)])
def test_more_successes_of_others_make_fewer_failures_evidence(others: int, tries: int) -> None:
    bench = Bench(Evidence(chance=1e-6))
    verdicts = []
    for _ in range(tries):
        verdicts.append(bench.fail())
        for _ in range(others):
            bench.other()

    assert verdicts == [False] * (tries - 1) + [True]


def test_outages_in_between_do_not_save_an_invoice_for_ever() -> None:
    bench = Bench(Evidence(chance=1e-6))
    verdicts = []
    for _ in range(MAX_CONTRADICTIONS + 1):
        verdicts.append(bench.fail())
        bench.other(UNREACHABLE)
        bench.clock.advance(1)
        for _ in range(5):
            bench.other()

    assert verdicts == [False] * MAX_CONTRADICTIONS + [True]


@pytest.mark.parametrize(("failing", "is_given_up"), [(2, True), (3, False)])
def test_without_a_comparison_many_failing_invoices_are_not_evidence(
    failing: int, is_given_up: bool
) -> None:
    bench = Bench(Evidence(max_failing=2))
    for _ in range(5):
        bench.fail()
    bench.clock.advance(900)

    assert bench.fail(failing=failing) is is_given_up


def test_patience_counts_from_the_end_of_the_last_outage() -> None:
    bench = Bench(Evidence())
    bench.fail()
    bench.fail(UNREACHABLE)
    bench.clock.advance(7200)
    probe = bench.circuit.begin(b"own", b"customer")
    assert bench.circuit.succeeded(probe) == "closed"

    assert not any(bench.fail() for _ in range(5))
    bench.clock.advance(900)
    assert bench.fail()
