"""Decide what follows an attempt without a result: another attempt, another look, or a failure.

Pure.
"""

from dataclasses import replace

from invoice_creator.scheduling.task import Task
from invoice_shared.errors import AlreadyExists, CallFailed, Rejected, Unavailable
from invoice_shared.resilience.circuit import CallSlot, Circuit, is_about_settings, is_outage
from invoice_shared.resilience.retry import RetryPolicy

# A status is cheap to repeat, and no other invoice waits for it. A failure costs a person's time.
WRITEBACK_RETRIES = 10


def verdict(
    task: Task, error: CallFailed, *, slot: CallSlot, circuit: Circuit, policy: RetryPolicy
) -> Rejected | float | None:
    """Count a failed attempt; return the seconds until the next, or the final refusal.

    ``None`` ends the phase without a failure. The document was created, and the next reconciliation
    compares it.
    """
    attempts = task.phase_attempts
    if task.phase == "write-back":
        policy = replace(policy, retries=WRITEBACK_RETRIES)
    policy.note(attempts, slot, error, circuit)
    if task.phase == "publish":
        return policy.delay(attempts.tries, error)
    if task.phase == "read-back":
        return None if policy.has_waited(attempts, circuit) else policy.delay(attempts.tries, error)
    if task.is_looking:
        return _unreadable(task, error, circuit, policy)
    if task.phase == "create" and task.doubt is not None:
        decided = doubtful(task, slot=slot, circuit=circuit, policy=policy)
        return decided if isinstance(decided, Rejected) else max(decided, _asked_for(error))
    # A setting is wrong for some invoices: they wait for its correction, and the others are sent.
    waited = is_about_settings(error) and policy.has_waited(attempts, circuit)
    if not (waited or policy.gives_up(attempts, slot, circuit)):
        return policy.delay(attempts.tries, error)
    return exhausted(task)


def doubtful(
    task: Task, *, slot: CallSlot, circuit: Circuit, policy: RetryPolicy
) -> Rejected | float:
    """Return the seconds until the next look for a document in doubt, or the final failure."""
    doubt = task.doubt
    assert doubt is not None  # noqa: S101 - undecided without an error is in doubt
    if not doubt.is_over or not _may_end(task, slot, circuit, policy):
        return doubt.pause(policy.settle_seconds)
    task.may_exist = True
    return exhausted(task)


def _may_end(task: Task, slot: CallSlot, circuit: Circuit, policy: RetryPolicy) -> bool:
    """Return whether it is not an outage: the provider answered this invoice, or served others."""
    answered = task.doubt is not None and isinstance(task.doubt.cause, Rejected | AlreadyExists)
    return answered or policy.has_compared(task.phase_attempts, slot, circuit)


def _unreadable(
    task: Task, error: CallFailed, circuit: Circuit, policy: RetryPolicy
) -> Rejected | float:
    """Wait for a look that cannot be read, then fail: it shows neither a document nor a refusal."""
    is_over = policy.has_waited(task.phase_attempts, circuit)
    if is_outage(error) or circuit.is_open or not is_over:
        return policy.delay(task.phase_attempts.tries, error)
    task.may_exist = True
    return exhausted(task)


def _asked_for(error: CallFailed) -> float:
    return error.retry_after or 0.0 if isinstance(error, Unavailable) else 0.0


def exhausted(task: Task) -> Rejected:
    """Return the failure of an invoice that was given up, with the last response."""
    last = task.doubt.cause if task.doubt is not None else task.phase_attempts.last
    said = last.reason if last else "no answer."
    response = last.response if last else None
    if task.phase == "write-back":
        reason = f"Given up after {task.phase_attempts.tries} attempts: {said}"
        return Rejected("writeback-refused", reason, response=response)
    code = last.code if isinstance(last, Rejected) else "retries-exhausted"
    reason = f"Given up after {task.attempts} attempts: {said}"
    doubt = (
        " The document may exist there, so look for it before you bill it by hand. A replay looks"
        " before it creates."
        if task.may_exist
        else ""
    )
    return Rejected(code, f"{reason}{doubt} Replay it after the cause is fixed.", response=response)
