"""Put a task in doubt, and update the doubt. Changes the task."""

from invoice_creator.scheduling.doubt import Doubt
from invoice_creator.scheduling.task import Task
from invoice_providers.base import Pending
from invoice_shared.errors import CallFailed
from invoice_shared.resilience.circuit import is_outage


def go_on_later(task: Task, pending: Pending) -> None:
    """Store the progress of a create. Raises the error of the call that failed, if one did."""
    cause = pending.cause
    # An outage is waited for. Any other failure counts, so that the task ends.
    put_in_doubt(task, pending if cause is None or is_outage(cause) else cause)
    if task.doubt is not None:
        task.doubt.begun = pending.begun
    if cause is not None:
        raise cause


def put_in_doubt(task: Task, cause: CallFailed) -> None:
    """Mark the invoice as sent, with an unknown result."""
    doubt = task.doubt
    if doubt is None or doubt.is_over or (doubt.is_pending and not isinstance(cause, Pending)):
        if (
            task.slot is not None
        ):  # what is sent once more after the last look is looked for as the first was
            task.doubt = Doubt(
                cause, task.slot.opening, is_resent=doubt is not None and doubt.is_over
            )
    elif doubt.is_pending or not isinstance(cause, Pending):  # a doubt after a lost response stays
        doubt.cause = cause
