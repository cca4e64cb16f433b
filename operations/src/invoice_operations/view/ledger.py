"""The ledger folded to what it says now: the newest outcome of each invoice. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from invoice_shared.errors import MalformedRecord
from invoice_shared.outcome import Outcome
from invoice_shared.record import Record
from invoice_shared.serde import from_bytes, to_bytes

ALREADY_SYNCED = "already-synced"


@dataclass(frozen=True, slots=True)
class Entry:
    """One outcome and where it lies."""

    outcome: Outcome
    record: Record


@dataclass(frozen=True, slots=True)
class _Kept:
    """One outcome as bytes, a quarter of its size as an object."""

    value: bytes
    partition: int
    timestamp: int


class Ledger(Mapping[str, Outcome]):
    """The newest outcome by the record's key: the invoice id, or what stands for it (see ``filing.failure_key``)."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def __getitem__(self, key: str) -> Outcome:
        return from_bytes(Outcome, self._kept[key].value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def take(self, entry: Entry, keep: Callable[[str, Outcome], bool]) -> None:
        """Take the next record of the ledger; what need not be kept is forgotten at once."""
        key, record = key_of(entry.record), entry.record
        known = self._kept.get(key)
        if known is not None and not _is_newer(record, known):
            return
        outcome = entry.outcome
        if known is not None and outcome.code == ALREADY_SYNCED:
            outcome = _merged(self[key], outcome)
        if keep(key, outcome):
            self._kept[key] = _Kept(to_bytes(outcome), record.partition, record.timestamp)
        else:
            self._kept.pop(key, None)


def fold(records: Iterable[Record], keep: Callable[[str, Outcome], bool]) -> Ledger:
    """Fold records of the ledger; memory holds what is to be kept alone."""
    ledger = Ledger()
    for entry in entries(records):
        ledger.take(entry, keep)
    return ledger


def _merged(known: Outcome, new: Outcome) -> Outcome:
    if new.tells_more_than(known):
        return new
    # Metronome itself now says that it knows the document: a write-back that had failed is mended.
    told = {"stage": None, "code": None, "reason": None, "failure_id": None, "settled_at": new.settled_at}
    return known.model_copy(update=told)


def entries(records: Iterable[Record]) -> Iterator[Entry]:
    """Read what can be read; a record that is none of ours says nothing about an invoice."""
    for record in records:
        try:
            yield Entry(from_bytes(Outcome, record.value), record)
        except MalformedRecord:
            continue


def key_of(record: Record) -> str:
    """Give the key as text."""
    return (record.key or b"").decode("utf-8", "replace")


def is_open(outcome: Outcome) -> bool:
    """Tell whether a person must act: failed, or created without Metronome knowing."""
    return outcome.outcome == "failed" or (outcome.outcome == "created" and outcome.failure_id is not None)


def _is_newer(record: Record, known: _Kept) -> bool:
    # Within a partition the offset decides. A key has two only where partitions were added: then the broker's time.
    return record.partition == known.partition or record.timestamp >= known.timestamp
