"""The policy for an invoice that Metronome does not return: the shared one, with its evidence.

Pure.

The event with the invoice was signed, so the invoice exists: to give it up costs a person's time
and a replay. If Metronome answered two of five calls with a 500 for five seconds, 6 % of the
invoices in work would fail if three failures were enough. Therefore ``CHANCE``.
"""

from collections.abc import Callable

from invoice_shared.clock import Clock
from invoice_shared.errors import CallFailed, Rejected, Unavailable
from invoice_shared.resilience.circuit import Circuit
from invoice_shared.resilience.concurrency_limit import ConcurrencyLimit
from invoice_shared.resilience.retry import Evidence, PhaseAttempts, RetryPolicy

# The fewest failures about this very invoice before it is given up.
MIN_OWN_ANSWERS = 3
# One in a million: an invoice is given up only if its failures are not chance, because Metronome
# returns the others.
CHANCE = 1e-6
# Different invoices that fail without others that succeed: if more fail, Metronome has an outage.
MAX_FAILING = 2
# Consecutive failures of several invoices that count as an outage.
CIRCUIT_FAILURES = 5
# The longest wait between two probes during an outage.
MAX_PROBE_SECONDS = 10.0


def has_own_answer(error: CallFailed) -> bool:
    """Return whether Metronome failed on this invoice: 5xx except 503, 405, 413, or no response."""
    return isinstance(error, Unavailable) and error.about == "invoice"


def build_policy(
    *, backoff_max_seconds: float, patience_seconds: float, jitter: Callable[[float, float], float]
) -> RetryPolicy:
    """Return the policy for reading an invoice; ``jitter`` is like ``random.uniform``."""
    return RetryPolicy(
        retries=MIN_OWN_ANSWERS - 1,
        settle_seconds=0.0,
        backoff_max_seconds=backoff_max_seconds,
        patience_seconds=patience_seconds,
        jitter=jitter,
        evidence=Evidence(
            counts=has_own_answer,
            contradicts=has_own_answer,
            chance=CHANCE,
            max_failing=MAX_FAILING,
        ),
    )


def build_circuit(clock: Clock, concurrency: int, backoff_max_seconds: float) -> Circuit:
    """Return Metronome's circuit."""
    probe_seconds = min(MAX_PROBE_SECONDS, backoff_max_seconds)
    return Circuit(clock, CIRCUIT_FAILURES, probe_seconds, ConcurrencyLimit(concurrency))


def unavailable(attempts: PhaseAttempts) -> Rejected:
    """Return the failure of an invoice that was given up, with the last response."""
    last = attempts.last
    return Rejected(
        "invoice-unavailable",
        f"Metronome did not return this invoice in {attempts.tries} attempts:"
        f" {last.reason if last else 'no answer.'} Open it in Metronome, and replay it when it is"
        " shown there.",
        response=last.response if last else None,
    )
