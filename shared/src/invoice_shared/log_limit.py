"""One line per minute for each cause of a warning or an error, whoever writes it: ours and every library's.

Without its broker a client library says the same a hundred times per second. What is about one invoice or record is
never left out, nor is the end of the process.
"""

import logging
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any

from invoice_shared.repeats import Repeats

ABOUT_ONE = frozenset({"invoice_id", "position", "failure_id"})
REPEATS = "repeats"
# What tells our own lines of one event apart; other facts, such as sizes, do not make another cause.
TELLING = ("event", "system", "destination", "missing", "answer", "code", "why")
# Enough to tell causes apart; a library may quote a whole answer.
MAX_CAUSE = 1000
# Ports, addresses, ids and times change from line to line.
CHANGING = re.compile(r"[0-9a-f]*[0-9][0-9a-f]*")


class LogLimit:
    """A filter of a logging handler. Thread-safe. A line that is let through knows how many were left out."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._repeats = Repeats(monotonic)
        self._lock = threading.Lock()

    def __call__(self, record: logging.LogRecord) -> bool:
        """Whether the line is written."""
        cause = cause_of(record)
        if cause is None:
            return True
        with self._lock:
            left_out = self._repeats.due(cause)
        setattr(record, REPEATS, left_out)
        return left_out is not None


def cause_of(record: logging.LogRecord) -> str | None:
    """Return what a line is about; ``None`` if each of its kind is written.

    A line that says itself how many it stands for was limited by its writer.
    """
    if not logging.WARNING <= record.levelno < logging.CRITICAL:
        return None
    facts: Mapping[str, Any] = record.msg if isinstance(record.msg, dict) else {}
    if facts and (REPEATS in facts or not ABOUT_ONE.isdisjoint(facts)):
        return None
    # A message is not put together here: one that does not fit its arguments must not fail whoever logs it.
    words = [facts[name] for name in TELLING if name in facts] if facts else [record.msg, record.args]
    error = facts.get("exc_info") or (record.exc_info[1] if record.exc_info else None)
    text = " ".join(map(str, (record.name, *words, type(error).__name__)))
    return CHANGING.sub("#", text[:MAX_CAUSE])


def count_left_out(_logger: object, _method: str, line: Any) -> Any:
    """Add to a line how many of its cause were left out before it; a processor of structlog's."""
    if left_out := getattr(line["_record"], REPEATS, None):
        line[REPEATS] = left_out
    return line
