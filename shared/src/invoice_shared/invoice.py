"""The records that contain an invoice: raw as finalized, formatted as sent to a provider."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from msgspec.structs import force_setattr
from pydantic import BaseModel, ConfigDict, Field

from invoice_shared.text import check_ids
from invoice_shared.types import Id, Moment, UtcTime, exact, to_utc
from invoice_shared.value import Value

# Written to every record; readers refuse any other version (``malformed-record``).
SCHEMA_VERSION: Literal[1] = 1

Source = Literal["webhook", "reconcile", "manual"]
DocumentType = Literal["invoice", "credit_memo"]


class Frozen(BaseModel):
    """Immutable. Ignores unknown fields, as every reader of our topics must."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Versioned(Frozen):
    """A record's value: a JSON object that names its schema."""

    schema_version: Literal[1] = SCHEMA_VERSION


class RawInvoice(Versioned):
    """Value of ``raw-invoices``: the finalized invoice's ids and the sender's object, unchanged."""

    event_id: str = Field(min_length=1)
    invoice_id: str = Field(min_length=1)
    customer_id: str = Field(min_length=1)
    finalized_at: UtcTime | None = None
    received_at: UtcTime
    source: Source
    payload: dict[str, Any]


class LineItem(Value, frozen=True, kw_only=True):
    """One line of the document. ``amount`` is in major units, rounded to the currency's minor unit.

    ``quantity`` and ``unit_price`` (major units, not rounded) are informational. Never compute the
    amount from them.
    """

    name: str
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    amount: Decimal
    external_item_id: Id
    product_id: str | None = None
    line_type: str
    start_date: date | None = None
    end_date: date | None = None
    extra_fields: dict[str, str] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a number or an id that does not belong in a record."""
        _keep_exact(self, "quantity", "unit_price", "amount")
        check_ids(self.external_item_id)


class InformationalLine(Value, frozen=True, kw_only=True):
    """A line outside the invoice's total, in its own ``unit`` (the credit type's name)."""

    name: str
    line_type: str
    unit: str
    quantity: Decimal | None = None
    amount: Decimal
    reason: Literal["pricing-unit", "postpaid-commit", "zero-amount"]

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a number that does not belong in a record."""
        _keep_exact(self, "quantity", "amount")


class FormattedInvoice(Value, frozen=True, kw_only=True):
    """Value of ``formatted-invoices``. Amounts of ``line_items`` sum to ``total`` exactly.

    A credit memo carries its amounts with the sign flipped, so that its total is positive.
    ``destination`` may be any name here; ``invoice_providers`` defines the known ones.
    ``known_document_id`` is the document at that destination that Metronome names. Only a forced
    replay reaches this topic with one.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    document_type: DocumentType
    invoice_id: Id
    metronome_customer_id: Id
    external_customer_id: Id
    destination: Id
    invoice_type: str
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
    total: Decimal
    start_date: date | None = None
    end_date: date | None = None
    issue_date: date
    due_date: date | None = None
    line_items: Annotated[tuple[LineItem, ...], msgspec.Meta(min_length=1)]
    informational_lines: tuple[InformationalLine, ...] = ()
    extra_fields: dict[str, str] = msgspec.field(default_factory=dict)
    contract_id: str | None = None
    corrected_invoice_id: str | None = None
    regenerated_from_invoice_id: str | None = None
    known_document_id: str | None = None
    source: Source | None = None
    finalized_at: Moment | None = None
    received_at: Moment | None = None

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a number, an id or a time that does not belong in a record."""
        _keep_exact(self, "total")
        check_ids(
            self.invoice_id,
            self.metronome_customer_id,
            self.external_customer_id,
            self.destination,
        )
        for name in ("finalized_at", "received_at"):
            if (moment := getattr(self, name)) is not None:
                force_setattr(self, name, to_utc(moment))

    @property
    def signed_total(self) -> Decimal:
        """The total with Metronome's sign, which a credit memo flips."""
        return self.signed(self.total)

    def signed(self, total: Decimal) -> Decimal:
        """Return an amount of this document with Metronome's sign."""
        return total.copy_negate() if self.document_type == "credit_memo" else total


def _keep_exact(record: Value, *names: str) -> None:
    for name in names:
        value = getattr(record, name)
        if value is not None and (kept := exact(value)) is not value:
            force_setattr(record, name, kept)
