"""Make the task of a consumed record. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from functools import reduce

from invoice_creator.scheduling.task import Phase, Task
from invoice_shared import serde
from invoice_shared.errors import MalformedRecord, Rejected
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.record import Record

ALL_PHASES: tuple[Phase, ...] = ("create", "write-back", "publish")
WITHOUT_WRITEBACK: tuple[Phase, ...] = ("create", "publish")
ONLY_FILING: tuple[Phase, ...] = ("publish",)

# Refuses to round; no quantity or amount of an invoice has 60 digits.
EXACT = Context(prec=60, traps=[Inexact, InvalidOperation, Overflow])


@dataclass(frozen=True, slots=True)
class Scope:
    """The destinations of this creator, and all that exist."""

    taken: Collection[str]
    existing: Collection[str]

    def passes_over(self, destination: str | None) -> bool:
        """Return whether another creator processes a destination."""
        return destination in self.existing and destination not in self.taken


def task_of(record: Record, phases: tuple[Phase, ...], scope: Scope) -> Task | None:
    """Return the task of a record, or ``None`` if it is another creator's.

    A record that no creator can process only becomes a failure. Each creator publishes it, with the
    same failure id.
    """
    try:
        tree = serde.tree_of(record.value)
    except MalformedRecord as error:
        return Task(record, None, ONLY_FILING, refusal=error)
    destination = serde.text_of(tree, "destination")
    if scope.passes_over(destination):
        return None
    unknown = (
        None if destination is None or destination in scope.existing else _nobodys(destination)
    )
    try:
        document = serde.from_tree(FormattedInvoice, tree)
        _check_sum(document)
    except MalformedRecord as error:
        return Task(record, None, ONLY_FILING, refusal=unknown or error)
    if unknown is not None:
        return Task(record, document, ONLY_FILING, refusal=unknown)
    return Task(record, document, phases)


def _nobodys(destination: str) -> Rejected:
    return Rejected(
        "destination-not-configured",
        f'Unknown destination "{destination[:100]}". Correct the customer\'s destination in'
        " Metronome and replay from raw. If it is a newer destination, upgrade the creators.",
    )


def _check_sum(document: FormattedInvoice) -> None:
    """Check the record's sum before money moves, whoever wrote it."""
    try:
        for number in _informative_numbers(document):
            EXACT.plus(number)
        total = reduce(EXACT.add, (line.amount for line in document.line_items))
    except (Inexact, InvalidOperation, Overflow) as error:
        raise MalformedRecord(
            "A number has too many digits.", invoice_id=document.invoice_id
        ) from error
    if total != document.total:
        raise MalformedRecord(
            f"The lines add up to {total}, not to the total {document.total}.",
            invoice_id=document.invoice_id,
        )


def _informative_numbers(document: FormattedInvoice) -> Iterator[Decimal]:
    for line in document.line_items:
        yield from (number for number in (line.quantity, line.unit_price) if number is not None)
