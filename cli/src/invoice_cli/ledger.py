"""The ledger folded to what it says now: the newest outcome of each invoice. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from invoice_shared.errors import MalformedRecord
from invoice_shared.outcome import Outcome
from invoice_shared.record import Record
from invoice_shared.serde import from_bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One outcome and where it lies."""

    outcome: Outcome
    record: Record


Ledger = dict[str, Outcome]
"""The newest outcome by the record's key: the invoice id, or what stands for it (see ``filing.failure_key``)."""


def entries(records: Iterable[Record]) -> Iterator[Entry]:
    """Read what can be read; a record that is none of ours says nothing about an invoice."""
    for record in records:
        try:
            yield Entry(from_bytes(Outcome, record.value), record)
        except MalformedRecord:
            continue


def fold(records: Iterable[Record], keep: Callable[[str, Outcome], bool]) -> Ledger:
    """Give the newest outcome of each key, and forget at once what need not be kept: memory holds the rest alone."""
    newest: dict[str, Entry] = {}
    for entry in entries(records):
        key = key_of(entry.record)
        known = newest.get(key)
        if known is not None and not _is_newer(entry.record, known.record):
            continue
        outcome = _merged(known.outcome if known else None, entry.outcome)
        if keep(key, outcome):
            newest[key] = Entry(outcome, entry.record)
        else:
            newest.pop(key, None)
    return {key: entry.outcome for key, entry in newest.items()}


def _merged(known: Outcome | None, new: Outcome) -> Outcome:
    if known is None or new.tells_more_than(known):
        return new
    # Metronome itself now says that it knows the document: a write-back that had failed is mended.
    told = {"stage": None, "code": None, "reason": None, "failure_id": None, "settled_at": new.settled_at}
    return known.model_copy(update=told)


def key_of(record: Record) -> str:
    """Give the key as text."""
    return (record.key or b"").decode("utf-8", "replace")


def is_open(outcome: Outcome) -> bool:
    """Tell whether a person must act: failed, or created without Metronome knowing."""
    return outcome.outcome == "failed" or (outcome.outcome == "created" and outcome.failure_id is not None)


def _is_newer(record: Record, known: Record) -> bool:
    # Within a partition the offset decides. A key has two only where partitions were added: then the broker's time.
    return record.partition == known.partition or record.timestamp >= known.timestamp
