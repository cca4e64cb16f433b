"""From a consumed record to the task that it is. Pure."""

from collections.abc import Iterator
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from functools import reduce

from invoice_creator.scheduling.task import Phase, Task
from invoice_shared import serde
from invoice_shared.errors import MalformedRecord
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.record import Record

ALL_PHASES: tuple[Phase, ...] = ("create", "write-back", "publish")
WITHOUT_WRITEBACK: tuple[Phase, ...] = ("create", "publish")
ONLY_FILING: tuple[Phase, ...] = ("publish",)

EXACT = Context(prec=60, traps=[Inexact, InvalidOperation, Overflow])
"""Refuses to round; no quantity or amount of an invoice has so many digits."""


def task_of(record: Record, phases: tuple[Phase, ...]) -> Task:
    """Read a record; one that is none of ours becomes a task that only files it."""
    try:
        document = serde.from_bytes(FormattedInvoice, record.value)
        _check_sum(document)
    except MalformedRecord as error:
        return Task(record, None, ONLY_FILING, refusal=error)
    return Task(record, document, phases)


def _check_sum(document: FormattedInvoice) -> None:
    """Hold the record to its promise before money moves, whoever wrote it."""
    try:
        for number in _informative_numbers(document):
            EXACT.plus(number)
        total = reduce(EXACT.add, (line.amount for line in document.line_items))
    except (Inexact, InvalidOperation, Overflow) as error:
        raise MalformedRecord("A number has too many digits.", invoice_id=document.invoice_id) from error
    if total != document.total:
        raise MalformedRecord(
            f"The lines add up to {total}, not to the total {document.total}.", invoice_id=document.invoice_id
        )


def _informative_numbers(document: FormattedInvoice) -> Iterator[Decimal]:
    for line in document.line_items:
        yield from (number for number in (line.quantity, line.unit_price) if number is not None)
