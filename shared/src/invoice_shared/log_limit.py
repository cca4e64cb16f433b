"""One line per minute for each cause of a warning or an error, whoever writes it: ours and every
library's.

Without its broker a client library says the same a hundred times per second. What is about one
invoice or record is never left out, nor is the end of the process.
"""

import logging
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from structlog import DropEvent
from structlog.typing import EventDict

from invoice_shared.repeats import Repeats

# Of structlog's methods, as of levels: the end of the process is told each time.
LIMITED = frozenset({"warning", "error"})
ABOUT_ONE = frozenset({"invoice_id", "position", "failure_id"})
REPEATS = "repeats"
# What tells our own lines of one event apart; other facts, such as sizes, do not make another
# cause.
TELLING = ("event", "system", "destination", "missing", "answer", "code", "why")
# Enough to tell causes apart; a library may quote a whole answer.
MAX_CAUSE = 1000
# Ports, addresses, ids and times change from line to line.
CHANGING = re.compile(r"[0-9a-f]*[0-9][0-9a-f]*")


class LogLimit:
    """A filter of a logging handler for libraries' lines, and a processor of structlog's for ours.

    Thread-safe.

    A line that is let through knows how many were left out.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._repeats = Repeats(monotonic)
        self._lock = threading.Lock()

    def __call__(self, record: logging.LogRecord) -> bool:
        """Whether the line of a library is written."""
        cause = cause_of(record)
        if cause is None:
            return True
        left_out = self._due(cause)
        setattr(record, REPEATS, left_out)
        return left_out is not None

    def of_ours(self, logger: Any, method: str, event: EventDict) -> EventDict:
        """Return a line of ours. Raises ``DropEvent`` if it is left out."""
        if method in LIMITED and (cause := cause_of_ours(logger.name, event)) is not None:
            left_out = self._due(cause)
            if left_out is None:
                raise DropEvent
            if left_out:
                event[REPEATS] = left_out
        return event

    def _due(self, cause: str) -> int | None:
        with self._lock:
            return self._repeats.due(cause)


def cause_of(record: logging.LogRecord) -> str | None:
    """Return what a line of a library is about; ``None`` if each of its kind is written."""
    if not logging.WARNING <= record.levelno < logging.CRITICAL:
        return None
    # A message is not put together here: one that does not fit its arguments must not fail whoever
    # logs it.
    return _cause(
        record.name, [record.msg, record.args], record.exc_info[1] if record.exc_info else None
    )


def cause_of_ours(name: str, facts: Mapping[str, Any]) -> str | None:
    """Return what a line of ours is about; ``None`` if each of its kind is written.

    A line that says itself how many it stands for was limited by its writer.
    """
    if REPEATS in facts or not ABOUT_ONE.isdisjoint(facts):
        return None
    return _cause(name, [facts[fact] for fact in TELLING if fact in facts], facts.get("exc_info"))


def _cause(name: str, words: Sequence[Any], error: Any) -> str:
    text = " ".join(map(str, (name, *words, type(error).__name__)))
    return CHANGING.sub("#", text[:MAX_CAUSE])


def count_left_out(_logger: object, _method: str, line: Any) -> Any:
    """Add to a line how many of its cause were left out before it; a processor of structlog's."""
    if left_out := getattr(line["_record"], REPEATS, None):
        line[REPEATS] = left_out
    return line
