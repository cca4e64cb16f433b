"""What an attempt leads to that did not decide: another one, another look, or the failure that ends
the phase.

Pure.
"""

from dataclasses import replace

from invoice_creator.scheduling.task import Task
from invoice_shared.errors import AlreadyExists, CallFailed, Rejected, Unavailable
from invoice_shared.resilience.circuit import CallSlot, Circuit, is_about_settings, is_outage
from invoice_shared.resilience.retry import RetryPolicy

# A status is cheap to repeat, and an invoice that waits for it holds nothing back; a failure costs
# a person's time.
WRITEBACK_RETRIES = 10


def verdict(
    task: Task, error: CallFailed, *, slot: CallSlot, circuit: Circuit, policy: RetryPolicy
) -> Rejected | float | None:
    """Note a failed attempt; return the seconds until the next, or the refusal that ends the phase.

    ``None``: the phase ends without. The document was created, and what it became shows in the next
    comparison.
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
    # One part of our settings is wrong: it is waited for, the other parts go on meanwhile.
    waited = is_about_settings(error) and policy.has_waited(attempts, circuit)
    if not (waited or policy.gives_up(attempts, slot, circuit)):
        return policy.delay(attempts.tries, error)
    return exhausted(task)


def doubtful(
    task: Task, *, slot: CallSlot, circuit: Circuit, policy: RetryPolicy
) -> Rejected | float:
    """Return the seconds until the next look for a document in doubt, or the failure after the
    last.
    """
    doubt = task.doubt
    assert doubt is not None  # noqa: S101 - undecided without an error is in doubt
    if not doubt.is_over or not _may_end(task, slot, circuit, policy):
        return doubt.pause(policy.settle_seconds)
    task.may_exist = True
    return exhausted(task)


def _may_end(task: Task, slot: CallSlot, circuit: Circuit, policy: RetryPolicy) -> bool:
    """Whether it is this invoice's doubt and not an outage: the provider answered it, or served
    others.
    """
    answered = task.doubt is not None and isinstance(task.doubt.cause, Rejected | AlreadyExists)
    return answered or policy.has_compared(task.phase_attempts, slot, circuit)


def _unreadable(
    task: Task, error: CallFailed, circuit: Circuit, policy: RetryPolicy
) -> Rejected | float:
    """A look that cannot be read says neither "not there" nor "refused": it is waited for, then
    filed.
    """
    is_over = policy.has_waited(task.phase_attempts, circuit)
    if is_outage(error) or circuit.is_open or not is_over:
        return policy.delay(task.phase_attempts.tries, error)
    task.may_exist = True
    return exhausted(task)


def _asked_for(error: CallFailed) -> float:
    return error.retry_after or 0.0 if isinstance(error, Unavailable) else 0.0


def exhausted(task: Task) -> Rejected:
    """Return the failure of an invoice that was given up, after the last answer that it got."""
    last = task.doubt.cause if task.doubt is not None else task.phase_attempts.last
    said = last.reason if last else "no answer."
    response = last.response if last else None
    if task.phase == "write-back":
        reason = f"Given up after {task.phase_attempts.tries} attempts: {said}"
        return Rejected("writeback-refused", reason, response=response)
    code = last.code if isinstance(last, Rejected) else "retries-exhausted"
    reason = f"Given up after {task.attempts} attempts: {said}"
    doubt = (
        " The document may exist there all the same, so look for it before you bill it by hand: a"
        " replay looks before it creates."
        if task.may_exist
        else ""
    )
    return Rejected(code, f"{reason}{doubt} Replay it once the cause is gone.", response=response)
