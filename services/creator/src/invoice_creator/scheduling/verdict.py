"""What a failed attempt leads to: another one, a last look, or the failure that ends the phase. Pure."""

from dataclasses import replace

from invoice_creator.scheduling.task import Task
from invoice_shared.errors import CallFailed, Rejected
from invoice_shared.resilience.circuit import CallSlot, Circuit
from invoice_shared.resilience.retry import RetryPolicy

WRITEBACK_RETRIES = 10
"""A status is cheap to repeat, and an invoice that waits for it holds nothing back; a failure costs a person's time."""


def verdict(
    task: Task, error: CallFailed, *, slot: CallSlot, circuit: Circuit, policy: RetryPolicy
) -> Rejected | float:
    """Note a failed attempt; return the seconds until the next, or the refusal that ends the phase."""
    attempts = task.phase_attempts
    if task.phase == "write-back":
        policy = replace(policy, retries=WRITEBACK_RETRIES)
    policy.note(attempts, slot, error, circuit)
    if task.phase == "publish" or not policy.gives_up(attempts, slot, circuit):
        task.last_look_in = None
        return policy.delay(attempts.tries, error)
    if task.phase == "create" and task.maybe_exists and task.last_look_in is None:
        task.last_look_in = slot.opening
        return policy.delay(attempts.tries, error)
    return exhausted(task)


def exhausted(task: Task) -> Rejected:
    """Return the failure of an invoice that was given up, after the last answer that it got."""
    last = task.phase_attempts.last
    reason = f"Given up after {task.phase_attempts.tries} attempts: {last.reason if last else 'no answer.'}"
    response = last.response if last else None
    if task.phase == "write-back":
        return Rejected("writeback-refused", reason, response=response)
    doubt = " The document may exist there nevertheless: a replay looks before it creates." if task.maybe_exists else ""
    return Rejected("retries-exhausted", f"{reason}{doubt} Replay it once the cause is gone.", response=response)
