"""When to retry, and when to give an invoice up: the verdict by comparison.

Pure, apart from the jitter.

An outage fails no invoice. One is given up only if the system fails it *while serving others*, or
if there is nothing to compare with and patience has run out.
"""

from collections.abc import Callable
from dataclasses import dataclass

from invoice_shared.errors import CallFailed, Unavailable, Uncertain
from invoice_shared.resilience.circuit import MAX_EXPONENT, CallSlot, Circuit, is_limited, is_outage

# How often a system may refuse one invoice, each time after serving another. A throttle ends
# sooner. What remains is, e.g., an invoice that a firewall in front of the system always blocks.
MAX_CONTRADICTIONS = 20


@dataclass(slots=True)
class PhaseAttempts:
    """The failed attempts at one phase of one invoice. Times are the clock's monotonic seconds."""

    tries: int = 0
    # Attempts that count against the invoice: with a closed circuit, since ``opening``.
    counted: int = 0
    opening: int = 0
    # How often the system refused this invoice after it had served another since the last time.
    contradictions: int = 0
    first_at: float = 0.0
    last_at: float = 0.0
    last: CallFailed | None = None


def _may_be_the_invoices(error: CallFailed) -> bool:
    return not (is_outage(error) or is_limited(error))


def _contradicts(error: CallFailed) -> bool:
    return not is_limited(error)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence needed to give an invoice up. The defaults are for a provider."""

    # Which failures use up the retries.
    counts: Callable[[CallFailed], bool] = _may_be_the_invoices
    # Which failures contradict the success of another invoice.
    contradicts: Callable[[CallFailed], bool] = _contradicts
    # An invoice is given up only if this many failures are at most this likely at the other calls'
    # failure rate.
    chance: float = 1.0
    # With nothing to compare, an invoice is given up only while at most this many different
    # invoices fail.
    max_failing: float = float("inf")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When to retry and when to give up. All times are in seconds.

    ``retries`` follow the first try; ``jitter`` draws from an interval, as ``random.uniform`` does.
    """

    retries: int
    settle_seconds: float
    backoff_max_seconds: float
    patience_seconds: float
    jitter: Callable[[float, float], float]
    evidence: Evidence = Evidence()

    def note(
        self, attempts: PhaseAttempts, slot: CallSlot, error: CallFailed, circuit: Circuit
    ) -> None:
        """Count a failed attempt. Call it after ``circuit.failed``."""
        now = circuit.clock.monotonic()
        if attempts.tries == 0:
            attempts.first_at = now
        elif self.evidence.contradicts(error) and circuit.log.served_since(
            attempts.last_at, slot.peer
        ):
            attempts.contradictions += 1
        if slot.opening != attempts.opening:  # the outage caused what was counted before
            attempts.counted, attempts.opening = 0, slot.opening
        attempts.counted += self.evidence.counts(error) and not slot.is_probe
        attempts.tries += 1
        attempts.last_at = now
        attempts.last = error

    def gives_up(
        self, attempts: PhaseAttempts, slot: CallSlot, circuit: Circuit, failing: int = 1
    ) -> bool:
        """Whether the invoice itself is at fault.

        ``failing`` is the number of different invoices that fail now.
        """

        def others_fail_too(times: int) -> bool:
            rate = circuit.log.failure_rate_since(attempts.first_at, slot.peer)
            return rate**times > self.evidence.chance

        if attempts.contradictions >= MAX_CONTRADICTIONS and not others_fail_too(
            attempts.contradictions
        ):
            return True
        if circuit.is_open or attempts.counted <= self.retries:
            return False
        if circuit.log.served_since(attempts.first_at, slot.peer):
            return not others_fail_too(attempts.counted)
        return self.has_waited(attempts, circuit) and failing <= self.evidence.max_failing

    def has_waited(self, attempts: PhaseAttempts, circuit: Circuit) -> bool:
        """Whether patience has run out since the first failure or the last outage."""
        waited = circuit.clock.monotonic() - max(attempts.first_at, circuit.closed_at)
        return waited >= self.patience_seconds

    def has_compared(self, attempts: PhaseAttempts, slot: CallSlot, circuit: Circuit) -> bool:
        """Whether others were served since the first failure, or patience has run out."""
        served = circuit.log.served_since(attempts.first_at, slot.peer)
        return not circuit.is_open and (served or self.has_waited(attempts, circuit))

    def delay(self, tries: int, error: CallFailed) -> float:
        """Return the seconds until the next attempt, after ``tries`` failed ones."""
        longest = min(self.backoff_max_seconds, 2.0 ** min(tries - 1, MAX_EXPONENT))
        backoff = self.jitter(0.0, longest)
        if isinstance(error, Uncertain):
            return max(self.settle_seconds, backoff)
        retry_after = error.retry_after if isinstance(error, Unavailable) else None
        return max(retry_after or 0.0, backoff)
