"""A stored record and its state. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from invoice_simulators.netsuite.rules import amount_of, lines_of, total_of
from invoice_simulators.netsuite.schema import RecordType
from invoice_simulators.wire import Json, decimal_text, dumps, loads

DOCUMENT_TYPES: dict[RecordType, str] = {"invoice": "invoice", "creditMemo": "credit_memo"}


@dataclass(frozen=True, slots=True)
class Transaction:
    """One record; ``raw`` is its body as sent, in JSON, a tenth of its tree's size.

    ``shipping`` was added by the account itself; ``changed_at`` is in Unix seconds.
    """

    internal_id: str
    record_type: RecordType
    external_id: str | None
    raw: bytes
    currency_id: str
    currency: str
    total: Decimal
    shipping: Decimal
    paid: Decimal
    is_voided: bool
    created_at: float
    changed_at: float

    @property
    def body(self) -> Json:
        """The body as sent."""
        tree: Json = loads(self.raw)
        return tree

    @property
    def number(self) -> str:
        """The document number: as sent, else as NetSuite sets it."""
        prefix = "INV" if self.record_type == "invoice" else "CM"
        return str(self.body.get("tranId") or f"{prefix}{int(self.internal_id):06d}")

    @property
    def state(self) -> str:
        """The state, with the name that all simulators use."""
        if self.is_voided:
            return "void"
        return "paid" if self.total > 0 and self.paid == self.total else "open"


def external_key(external_id: str | None) -> str | None:
    """Return the key of an external id, which ignores letter case."""
    return external_id.lower() if external_id is not None else None


def document_total(body: Json, shipping: Decimal) -> Decimal:
    """Sum a body's lines and what the account added."""
    return total_of(body) + shipping


def record(
    internal_id: str,
    record_type: RecordType,
    body: Json,
    currencies: dict[str, str],
    shipping: Decimal,
    now: float,
) -> Transaction:
    """Build a new record from a checked body."""
    currency_id = body.get("currency", {}).get("id", "1")
    return Transaction(
        internal_id=internal_id,
        record_type=record_type,
        external_id=body.get("externalId"),
        raw=dumps(body),
        currency_id=currency_id,
        currency=currencies[currency_id],
        total=document_total(body, shipping),
        shipping=shipping,
        paid=Decimal(0),
        is_voided=False,
        created_at=now,
        changed_at=now,
    )


def summary(stored: Transaction) -> Json:
    """Return a record with the field names that all simulators use."""
    body = stored.body
    return {
        "id": stored.internal_id,
        "external_id": stored.external_id,
        "doc_number": stored.number,
        "document_type": DOCUMENT_TYPES[stored.record_type],
        "state": stored.state,
        "currency": stored.currency,
        "total": decimal_text(stored.total),
        "note": body.get("memo") or "",
        "customer_id": body["entity"]["id"],
        "lines": [_short_line(line) for line in lines_of(body)],
    }


def _short_line(line: Json) -> Json:
    return {
        "item": line["item"]["id"],
        "amount": decimal_text(amount_of(line)),
        "quantity": decimal_text(Decimal(line["quantity"])) if "quantity" in line else None,
        "description": line.get("description"),
    }
