"""From a consumed record to the task that it is. Pure."""

from invoice_creator.task import Phase, Task
from invoice_shared import serde
from invoice_shared.errors import MalformedRecord
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.record import Record

ALL_PHASES: tuple[Phase, ...] = ("create", "write-back", "publish")
WITHOUT_WRITEBACK: tuple[Phase, ...] = ("create", "publish")
ONLY_FILING: tuple[Phase, ...] = ("publish",)


def task_of(record: Record, phases: tuple[Phase, ...]) -> Task:
    """Read a record; one that is none of ours becomes a task that only files it."""
    try:
        return Task(record, serde.from_bytes(FormattedInvoice, record.value), phases)
    except MalformedRecord as error:
        return Task(record, None, ONLY_FILING, refusal=error)
