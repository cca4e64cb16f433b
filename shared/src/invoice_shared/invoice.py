"""The records that contain an invoice: raw as finalized, formatted as sent to a provider."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from invoice_shared.types import ExactDecimal, UtcTime

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


class LineItem(Frozen):
    """One line of the document. ``amount`` is in major units, rounded to the currency's minor unit.

    ``quantity`` and ``unit_price`` (major units, not rounded) are informational. Never compute the
    amount from them.
    """

    name: str
    quantity: ExactDecimal | None = None
    unit_price: ExactDecimal | None = None
    amount: ExactDecimal
    external_item_id: str = Field(min_length=1)
    product_id: str | None = None
    line_type: str
    start_date: date | None = None
    end_date: date | None = None
    extra_fields: dict[str, str] = Field(default_factory=dict)


class InformationalLine(Frozen):
    """A line outside the invoice's total, in its own ``unit`` (the credit type's name)."""

    name: str
    line_type: str
    unit: str
    quantity: ExactDecimal | None = None
    amount: ExactDecimal
    reason: Literal["pricing-unit", "postpaid-commit", "zero-amount"]


class FormattedInvoice(Versioned):
    """Value of ``formatted-invoices``. Amounts of ``line_items`` sum to ``total`` exactly.

    A credit memo carries its amounts with the sign flipped, so that its total is positive.
    ``destination`` may be any name here; ``invoice_providers`` defines the known ones.
    ``known_document_id`` is the document at that destination that Metronome names. Only a forced
    replay reaches this topic with one.
    """

    document_type: DocumentType
    invoice_id: str = Field(min_length=1)
    metronome_customer_id: str = Field(min_length=1)
    external_customer_id: str = Field(min_length=1)
    destination: str = Field(min_length=1)
    invoice_type: str
    currency: str = Field(pattern="^[A-Z]{3}$")
    total: ExactDecimal
    start_date: date | None = None
    end_date: date | None = None
    issue_date: date
    due_date: date | None = None
    line_items: tuple[LineItem, ...] = Field(min_length=1)
    informational_lines: tuple[InformationalLine, ...] = ()
    extra_fields: dict[str, str] = Field(default_factory=dict)
    contract_id: str | None = None
    corrected_invoice_id: str | None = None
    regenerated_from_invoice_id: str | None = None
    known_document_id: str | None = None
    source: Source | None = None
    finalized_at: UtcTime | None = None
    received_at: UtcTime | None = None

    @property
    def signed_total(self) -> Decimal:
        """The total with Metronome's sign, which a credit memo flips."""
        return self.signed(self.total)

    def signed(self, total: Decimal) -> Decimal:
        """Return an amount of this document with Metronome's sign."""
        return total.copy_negate() if self.document_type == "credit_memo" else total
