"""Limit warnings and errors, ours and libraries', to one line per minute and cause.

During a broker outage a client library logs the same line a hundred times per second. Lines about
one invoice or record, and about the end of the process, are never dropped.
"""

import logging
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from structlog import DropEvent
from structlog.typing import EventDict

from invoice_shared.repeats import Repeats

# ``critical``, the end of the process, is not limited.
LIMITED = frozenset({"warning", "error"})
ABOUT_ONE = frozenset({"invoice_id", "position", "failure_id"})
REPEATS = "repeats"
# The facts that make up the cause of one of our lines. Others, such as sizes, do not.
TELLING = ("event", "system", "destination", "missing", "answer", "code", "why")
# Enough to distinguish causes. A library may quote a whole answer.
MAX_CAUSE = 1000
# Ports, addresses, ids and times differ from line to line.
CHANGING = re.compile(r"[0-9a-f]*[0-9][0-9a-f]*")
# librdkafka's own count of repeats, which its first line does not have.
LIBRDKAFKAS_REPEATS = ", # identical error(s) suppressed"


class LogLimit:
    """A logging filter for libraries' lines and a structlog processor for ours.

    Thread-safe.

    A line that passes states how many were dropped before it.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._repeats = Repeats(monotonic)
        self._lock = threading.Lock()

    def __call__(self, record: logging.LogRecord) -> bool:
        """Whether a library's line passes."""
        cause = cause_of(record)
        if cause is None:
            return True
        left_out = self._due(cause)
        setattr(record, REPEATS, left_out)
        return left_out is not None

    def of_ours(self, logger: Any, method: str, event: EventDict) -> EventDict:
        """Return one of our lines. Raises ``DropEvent`` if it is dropped."""
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
    """Return the cause of a library's line; ``None`` if it is not limited."""
    if not logging.WARNING <= record.levelno < logging.CRITICAL:
        return None
    # The message is not formatted here: one that does not fit its arguments must not raise in its
    # caller.
    return _cause(
        record.name, [record.msg, record.args], record.exc_info[1] if record.exc_info else None
    )


def cause_of_ours(name: str, facts: Mapping[str, Any]) -> str | None:
    """Return the cause of one of our lines; ``None`` if it is not limited.

    A line that already states its repeats was limited by its writer.
    """
    if REPEATS in facts or not ABOUT_ONE.isdisjoint(facts):
        return None
    return _cause(name, [facts[fact] for fact in TELLING if fact in facts], facts.get("exc_info"))


def _cause(name: str, words: Sequence[Any], error: Any) -> str:
    text = " ".join(map(str, (name, *words, type(error).__name__)))
    return CHANGING.sub("#", text[:MAX_CAUSE]).replace(LIBRDKAFKAS_REPEATS, "")


def count_left_out(_logger: object, _method: str, line: Any) -> Any:
    """Add to a line how many of its cause were dropped before it (a structlog processor)."""
    if left_out := getattr(line["_record"], REPEATS, None):
        line[REPEATS] = left_out
    return line
