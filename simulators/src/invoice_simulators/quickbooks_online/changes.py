"""Change data capture: transactions changed or deleted since a time. Pure."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import get_args

from invoice_simulators.quickbooks_online.errors import fault, now_text
from invoice_simulators.quickbooks_online.transactions import Deletion, Entity, Transaction
from invoice_simulators.wire import Json

MAX_OBJECTS = 1000


def changes(
    entities: str, since: str, transactions: Sequence[Transaction], deletions: Iterable[Deletion]
) -> Json:
    """Return the changes of comma-separated entities; deleted ones come last, with few fields."""
    moment = _moment(since)
    names = [name.strip() for name in entities.split(",")]
    if unknown := set(names) - set(get_args(Entity)):
        raise fault("500", f"Operation cdc is not supported for {min(unknown)}.")
    gone = [each for each in deletions if each.changed >= moment]
    kept = [each for each in transactions if each.changed >= moment]
    return {
        "CDCResponse": [{"QueryResponse": [_of(name, kept, gone) for name in names]}],
        "time": now_text(),
    }


def _of(name: str, kept: Sequence[Transaction], gone: Sequence[Deletion]) -> Json:
    found = [each.shown for each in kept if each.entity == name]
    found += [_shown(each) for each in gone if each.entity == name]
    page = found[:MAX_OBJECTS]
    return {name: page, "startPosition": 1, "maxResults": len(page)} if page else {}


def _shown(deletion: Deletion) -> Json:
    meta = {"LastUpdatedTime": deletion.changed.isoformat(timespec="milliseconds")}
    return {"status": "Deleted", "domain": "QBO", "Id": deletion.id, "MetaData": meta}


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise fault(
            "2010", f"changedSince is not a date: {text[:50]}", element="changedSince"
        ) from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
