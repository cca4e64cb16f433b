"""When an invoice is at fault that Metronome does not serve: the shared judge, with what it must
see here.

Pure.

The event that named the invoice was signed, so it exists: giving it up costs a person's time and a
replay. Metronome answering two in five calls with a 500, for five seconds, would end 6 % of the
invoices in work if three failures were enough; hence ``CHANCE``.
"""

from collections.abc import Callable

from invoice_shared.clock import Clock
from invoice_shared.errors import CallFailed, Rejected, Unavailable
from invoice_shared.resilience.circuit import Circuit, is_unreachable
from invoice_shared.resilience.concurrency_limit import ConcurrencyLimit
from invoice_shared.resilience.retry import Evidence, PhaseAttempts, RetryPolicy

# Answers of its own that an invoice must have got, at least.
MIN_OWN_ANSWERS = 3
# One in a million: an invoice is given up only if chance alone would not explain it, as Metronome
# serves the others.
CHANCE = 1e-6
# Of different invoices that fail with nobody to compare them with: more are a sign that Metronome
# is unwell.
MAX_FAILING = 2
# Consecutive failures, over several invoices, that count as an outage.
CIRCUIT_FAILURES = 5
# The longest wait between two probes during an outage.
MAX_PROBE_SECONDS = 10.0


def has_own_answer(error: CallFailed) -> bool:
    """Whether Metronome failed on this very invoice: 5xx but 503, 405, 413, or silence after
    connecting.
    """
    return isinstance(error, Unavailable) and error.about == "invoice"


def build_policy(
    *, backoff_max_seconds: float, patience_seconds: float, jitter: Callable[[float, float], float]
) -> RetryPolicy:
    """Build the policy for reading an invoice; ``jitter`` draws from an interval as
    ``random.uniform``.
    """
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
    """Build Metronome's circuit.

    A 429 or 503 alone delays its own call; what lets nobody in opens at once.
    """
    probe_seconds = min(MAX_PROBE_SECONDS, backoff_max_seconds)
    return Circuit(
        clock, CIRCUIT_FAILURES, probe_seconds, ConcurrencyLimit(concurrency), is_unreachable
    )


def unavailable(attempts: PhaseAttempts) -> Rejected:
    """Return the failure of an invoice that was given up, with the last answer that it got."""
    last = attempts.last
    return Rejected(
        "invoice-unavailable",
        f"Metronome did not give this invoice in {attempts.tries} attempts:"
        f" {last.reason if last else 'no answer.'} Open it in Metronome, and replay it once it"
        " shows there.",
        response=last.response if last else None,
    )
