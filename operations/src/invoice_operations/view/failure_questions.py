"""Query the table ``failures`` by a selection: lists, counts and sums."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from sqlite3 import Connection
from typing import Any

from invoice_operations.selection import Selection
from invoice_operations.tally import Group
from invoice_operations.view.cases import Case, State
from invoice_operations.view.failure_rows import COLUMNS, case_from
from invoice_operations.view.ledger_table import AFTER_ALL, marks
from invoice_operations.view.page import Page
from invoice_shared.serde import dumps
from invoice_shared.types import time_text

SELECT = f"SELECT {', '.join(COLUMNS)} FROM failures"  # noqa: S608 - names of our own
GROUPS = """
SELECT stage, code, currency, count(*), count(total), min(failed_at), max(failed_at),
decimal_sum(total) FROM failures WHERE {} GROUP BY stage, code, currency
"""
# Enough to report that the digits are ambiguous.
MAX_NAMED = 100
AMONG = "failure_id IN (SELECT value FROM json_each(?))"
MILLISECOND = timedelta(milliseconds=1)


def select(
    connection: Connection, chosen: Selection, topic: str, page: Page | None = None
) -> list[Case]:
    """Return the selected failures, the oldest first; all of them without a page."""
    where, values = conditions(chosen)
    limited = "" if page is None else f" {page.sql}"
    asked = f"{SELECT} WHERE {where} ORDER BY failed_at, failure_id{limited}"
    return [case_from(row, topic) for row in connection.execute(asked, values)]


def count(connection: Connection, chosen: Selection) -> int:
    """Return the number of selected failures."""
    where, values = conditions(chosen)
    (found,) = connection.execute(f"SELECT count(*) FROM failures WHERE {where}", values).fetchone()  # noqa: S608
    return int(found)


def named(connection: Connection, digits: str, topic: str) -> list[Case]:
    """Return up to ``MAX_NAMED`` failures whose id begins with ``digits``."""
    asked = f"{SELECT} WHERE failure_id >= ? AND failure_id < ? LIMIT {MAX_NAMED}"
    return [
        case_from(row, topic) for row in connection.execute(asked, (digits, digits + AFTER_ALL))
    ]


def states(connection: Connection, failure_ids: Iterable[str]) -> Counter[State]:
    """Count these failures by state, without ended ones that no topic has any more."""
    found = connection.execute(
        f"SELECT state, count(*) FROM failures WHERE {AMONG} GROUP BY state",  # noqa: S608
        (_one_value(failure_ids),),
    )
    return Counter(dict(found.fetchall()))


def failed_again(connection: Connection, replay_id: str) -> Counter[str]:
    """Count the failures of a replay's records by code."""
    asked = "SELECT code, count(*) FROM failures WHERE replay_id = ? GROUP BY code"
    return Counter(dict(connection.execute(asked, (replay_id,)).fetchall()))


def groups(connection: Connection, chosen: Selection) -> list[Group]:
    """Return the selected failures by stage and code, with money; the largest group first."""
    where, values = conditions(chosen)
    found: dict[tuple[str, str], Group] = {}
    for stage, code, currency, rows, known, oldest, newest, total in connection.execute(
        GROUPS.format(where), values
    ):
        times = datetime.fromisoformat(oldest), datetime.fromisoformat(newest)
        group = found.setdefault((stage, code), Group(stage, code, *times))
        group.oldest, group.newest = min(group.oldest, times[0]), max(group.newest, times[1])
        group.count += rows
        group.unknown += rows if currency is None else rows - known
        if currency is not None and known:
            group.totals[currency] = Decimal(total)
    for group in found.values():
        group.example = _oldest_reason(connection, group, chosen)
    return sorted(found.values(), key=lambda each: (-each.count, each.stage, each.code))


def _oldest_reason(connection: Connection, group: Group, chosen: Selection) -> str:
    where, values = conditions(chosen)
    (reason,) = connection.execute(
        f"SELECT reason FROM failures WHERE {where} AND stage = ? AND code = ?"  # noqa: S608
        " ORDER BY failed_at, failure_id LIMIT 1",
        [*values, group.stage, group.code],
    ).fetchone()
    return str(reason)


def conditions(chosen: Selection) -> tuple[str, list[Any]]:
    """Return ``Selection.matches_failure`` as SQL and its values."""
    parts = list(_conditions(chosen))
    return " AND ".join(["1", *(text for text, _values in parts)]), [
        each for _text, values in parts for each in values
    ]


def _conditions(chosen: Selection) -> Iterator[tuple[str, list[Any]]]:
    yield from _bounds(chosen)
    if chosen.codes:
        yield f"code IN ({marks(tuple(chosen.codes))})", sorted(chosen.codes)
    if chosen.failure_ids:
        yield AMONG, [_one_value(chosen.failure_ids)]
    equal = ("partition", "invoice_id", "customer_id", "stage", "destination", "state")
    for name in equal:
        if (value := getattr(chosen, name)) is not None:
            yield f"{name} = ?", [value]


def _bounds(chosen: Selection) -> Iterator[tuple[str, list[Any]]]:
    if chosen.since is not None:
        yield "failed_at >= ?", [_stored(chosen.since)]
    if chosen.until is not None:
        yield "failed_at < ?", [_stored(chosen.until)]
    if chosen.invoice_prefix is not None:
        yield (
            "invoice_id >= ? AND invoice_id < ?",
            [chosen.invoice_prefix, chosen.invoice_prefix + AFTER_ALL],
        )
    if chosen.from_offset is not None:
        yield "offset >= ?", [chosen.from_offset]


def _one_value(texts: Iterable[str]) -> str:
    """Return texts as one JSON value, because a statement has a limit of parameters."""
    return dumps(sorted(texts)).decode()


def _stored(moment: datetime) -> str:
    """Return a time as stored text, rounded up to milliseconds."""
    return time_text(moment if moment.microsecond % 1000 == 0 else moment + MILLISECOND)
