"""A stored transaction, its state, and the record of a deletion. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from invoice_simulators.quickbooks_online.rules import SALES_ITEM, is_item_line
from invoice_simulators.wire import Json, decimal_text, dumps, loads

Entity = Literal["Invoice", "CreditMemo"]
DOCUMENT_TYPES: dict[Entity, str] = {"Invoice": "invoice", "CreditMemo": "credit_memo"}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction; ``raw`` is the API's object as JSON, a tenth of its tree's size."""

    id: str
    entity: Entity
    number: str | None
    date: str
    due_date: str | None
    customer_id: str
    total: Decimal
    balance: Decimal
    created: datetime
    changed: datetime
    is_voided: bool
    raw: bytes

    @property
    def shown(self) -> Json:
        """The object of the API."""
        tree: Json = loads(self.raw)
        return tree

    @property
    def state(self) -> str:
        """The state, with the name that all simulators use."""
        if self.is_voided:
            return "void"
        return "paid" if self.total > 0 and self.balance == 0 else "open"


@dataclass(frozen=True, slots=True)
class Deletion:
    """The record of a deleted transaction: its id and time."""

    id: str
    entity: Entity
    changed: datetime


def summary(stored: Transaction) -> Json:
    """Return a transaction with the field names that all simulators use.

    ``external_id`` is the first UUID of the private note.
    """
    shown = stored.shown
    note = shown.get("PrivateNote") or ""
    named = UUID.search(note)
    return {
        "id": stored.id,
        "external_id": named.group() if named else None,
        "doc_number": stored.number,
        "document_type": DOCUMENT_TYPES[stored.entity],
        "state": stored.state,
        "currency": shown["CurrencyRef"]["value"],
        "total": decimal_text(stored.total),
        "note": note,
        "customer_id": stored.customer_id,
        "lines": [_short_line(line) for line in shown["Line"] if is_item_line(line)],
    }


def stored_as(entity: Entity, shown: Json, *, is_voided: bool) -> Transaction:
    """Return the stored transaction of an API object."""
    meta = shown["MetaData"]
    return Transaction(
        id=shown["Id"],
        entity=entity,
        number=shown.get("DocNumber"),
        date=shown["TxnDate"],
        due_date=shown.get("DueDate"),
        customer_id=shown["CustomerRef"]["value"],
        total=Decimal(shown["TotalAmt"]),
        balance=Decimal(shown["Balance"]),
        created=datetime.fromisoformat(meta["CreateTime"]),
        changed=datetime.fromisoformat(meta["LastUpdatedTime"]),
        is_voided=is_voided,
        raw=dumps(shown),
    )


def _short_line(line: Json) -> Json:
    return {
        "item": line[SALES_ITEM]["ItemRef"]["value"],
        "amount": decimal_text(Decimal(line["Amount"])),
        "description": line.get("Description"),
    }
