"""An invoice as Metronome's list shows it: what the comparison needs of it. Pure."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import Field, ValidationError

from invoice_formatter.mapping.currency import currency_of
from invoice_formatter.mapping.metronome_invoice import Amount, CreditType, Fields
from invoice_formatter.mapping.money import round_total
from invoice_shared.errors import Rejected, Unavailable
from invoice_shared.invoice import Frozen
from invoice_shared.serde import explain
from invoice_shared.types import UtcTime

# Nobody has to bill an invoice of any other status.
COUNTED = ("FINALIZED", "VOID")


class ListedInvoice(Frozen):
    """``total`` is in the credit type's own unit; see ``money``."""

    id: str = Field(min_length=1)
    customer_id: str = Field(min_length=1)
    status: str
    credit_type: CreditType
    total: Amount
    issued_at: UtcTime | None = None
    end_timestamp: UtcTime | None = None
    customer_custom_fields: Fields = Field(default_factory=dict)

    @property
    def date(self) -> datetime | None:
        """When it was issued; a few have the end of their period alone."""
        return self.issued_at or self.end_timestamp

    def field(self, key: str | None) -> str | None:
        """Return the customer's custom field ``key``; ``None`` if it is blank, too."""
        named = self.customer_custom_fields.get(key or "")
        return named.strip() if isinstance(named, str) and named.strip() else None

    def destination(self, key: str | None) -> str | None:
        """Return the billing provider that the customer's custom field ``key`` names."""
        named = self.field(key)
        return None if named is None else named.lower()

    def money(self) -> tuple[Decimal, str]:
        """Give the total in major units with Metronome's sign, and the currency; as stated where it is none."""
        try:
            currency = currency_of(self.credit_type)
        except Rejected:
            return self.total, self.credit_type.name
        return round_total(currency.major(self.total), currency.minor_digits), currency.code


def parse_listed(tree: dict[str, Any]) -> ListedInvoice:
    """Read one. Raises ``Unavailable`` if the list shows it in another shape: no word is better than a wrong one."""
    try:
        return ListedInvoice.model_validate(tree)
    except ValidationError as error:
        raise Unavailable(
            f"Metronome's list shows invoice {tree.get('id')} in another shape: {explain(error)}."
        ) from error
