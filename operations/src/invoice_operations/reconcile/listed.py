"""An invoice in Metronome's list, with the fields for the comparison. Pure."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from invoice_formatter.mapping.metronome_invoice import CreditType, Fields, check_amount
from invoice_operations.amounts import stated_money
from invoice_shared.errors import Unavailable
from invoice_shared.types import Id, Moment, to_utc

# Invoices of any other status need not be billed.
COUNTED = ("FINALIZED", "VOID")


class ListedInvoice(msgspec.Struct, frozen=True, kw_only=True):
    """``total`` is in the credit type's own unit; see ``money``."""

    id: Id
    customer_id: Id
    status: str
    credit_type: CreditType
    total: Decimal
    issued_at: Moment | None = None
    end_timestamp: Moment | None = None
    customer_custom_fields: Fields = None

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for an invalid total, or a date outside of the calendar."""
        check_amount(self.total)
        _ = self.date

    @property
    def date(self) -> datetime | None:
        """When it was issued. Some invoices only have the end of their period."""
        moment = self.issued_at or self.end_timestamp
        return to_utc(moment) if moment else None

    def field(self, key: str | None) -> str | None:
        """Return the customer's custom field ``key``; ``None`` if it is missing or blank."""
        named = (self.customer_custom_fields or {}).get(key or "")
        return named.strip() if isinstance(named, str) and named.strip() else None

    def destination(self, key: str | None) -> str | None:
        """Return the billing provider that the customer's custom field ``key`` names."""
        named = self.field(key)
        return None if named is None else named.lower()

    def money(self) -> tuple[Decimal, str]:
        """Return total and currency; see ``stated_money``."""
        return stated_money(self.total, self.credit_type)


def parse_listed(tree: dict[str, Any]) -> ListedInvoice:
    """Return an invoice from Metronome's list.

    Raises ``Unavailable`` if it has another shape, because a wrong finding is worse than none.
    """
    try:
        return msgspec.convert(tree, ListedInvoice)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        raise Unavailable(
            f"Metronome's list shows invoice {tree.get('id')} in another shape: {error}."
        ) from error
