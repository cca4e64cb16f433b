"""When to try again, and when to give an invoice up: the verdict by comparison. Pure, apart from the jitter.

An outage makes no invoice fail. One is given up only if the system fails it *while serving others*, or if there is
nothing to compare with and patience has run out.
"""

from collections.abc import Callable
from dataclasses import dataclass

from invoice_creator.scheduling.task import Task, Trouble
from invoice_shared.errors import CallFailed, CredentialsRefused, Rejected, Unavailable, Uncertain
from invoice_shared.resilience.circuit import Circuit, Permit

CONTRADICTIONS = 20
"""So often may a system turn one invoice away as if it were down, each time after serving another. A throttle passes
sooner; what is left is an invoice that trips, say, a firewall in front of the provider, again and again."""

WRITEBACK_RETRIES = 10
"""A status is cheap to repeat, and an invoice that waits for it holds nothing back; a failure costs a person's time."""

LONGEST_EXPONENT = 10


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Seconds throughout. ``retries`` are the provider's; ``jitter`` draws from an interval as ``random.uniform``."""

    retries: int
    settle_seconds: float
    backoff_max_seconds: float
    patience_seconds: float
    jitter: Callable[[float, float], float]

    def judge(self, task: Task, permit: Permit, error: CallFailed, circuit: Circuit, now: float) -> Rejected | float:
        """Note a failed attempt; give the seconds until the next, or the refusal that ends the phase."""
        _note(task.trouble, permit, error, circuit, now)
        retries = WRITEBACK_RETRIES if task.phase == "write-back" else self.retries
        if task.phase == "publish" or not self._is_exhausted(task.trouble, retries, circuit, now):
            task.last_look_in = None
            return self._delay(task.trouble.tries, error)
        if task.phase == "create" and task.maybe_exists and task.last_look_in is None:
            task.last_look_in = permit.opening
            return self._delay(task.trouble.tries, error)
        return exhausted(task)

    def _is_exhausted(self, trouble: Trouble, retries: int, circuit: Circuit, now: float) -> bool:
        if trouble.contradictions >= CONTRADICTIONS:
            return True
        if circuit.is_open or trouble.counted <= retries:
            return False
        others_succeeded = circuit.last_success is not None and circuit.last_success > trouble.first_at
        return others_succeeded or now - trouble.first_at >= self.patience_seconds

    def _delay(self, tries: int, error: CallFailed) -> float:
        longest = min(self.backoff_max_seconds, 2.0 ** min(tries - 1, LONGEST_EXPONENT))
        backoff = self.jitter(0.0, longest)
        if isinstance(error, Uncertain):
            return max(self.settle_seconds, backoff)
        wish = error.retry_after if isinstance(error, Unavailable) else None
        return max(wish or 0.0, backoff)


def _note(trouble: Trouble, permit: Permit, error: CallFailed, circuit: Circuit, now: float) -> None:
    if trouble.tries == 0:
        trouble.first_at = now
    elif circuit.last_success is not None and circuit.last_success > trouble.last_at:
        trouble.contradictions += 1
    if permit.opening != trouble.opening:  # what was counted before an outage was the outage
        trouble.counted, trouble.opening = 0, permit.opening
    is_outage = isinstance(error, CredentialsRefused) or (isinstance(error, Unavailable) and error.outage)
    trouble.counted += not (is_outage or permit.is_probe)
    trouble.tries += 1
    trouble.last_at = now
    trouble.last = error


def exhausted(task: Task) -> Rejected:
    """Say that an invoice was given up, after the last answer that it got."""
    last = task.trouble.last
    reason = f"Given up after {task.trouble.tries} attempts: {last.reason if last else 'no answer.'}"
    response = last.response if last else None
    if task.phase == "write-back":
        return Rejected("writeback-refused", reason, response=response)
    doubt = " The document may exist there nevertheless: a replay looks before it creates." if task.maybe_exists else ""
    return Rejected("retries-exhausted", f"{reason}{doubt} Replay it once the cause is gone.", response=response)
