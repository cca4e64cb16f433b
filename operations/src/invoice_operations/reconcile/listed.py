"""An invoice as Metronome's list shows it: what the comparison needs of it. Pure."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from invoice_formatter.mapping.metronome_invoice import (
    CreditType,
    Fields,
    Id,
    Moment,
    check_amount,
    utc,
)
from invoice_operations.amounts import stated_money
from invoice_shared.errors import Unavailable

# Nobody has to bill an invoice of any other status.
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
        """Raise ``ValueError`` for a total that cannot be written out, and for a date outside of
        the calendar.
        """
        check_amount(self.total)
        _ = self.date

    @property
    def date(self) -> datetime | None:
        """When it was issued; a few have the end of their period alone."""
        moment = self.issued_at or self.end_timestamp
        return utc(moment) if moment else None

    def field(self, key: str | None) -> str | None:
        """Return the customer's custom field ``key``; ``None`` if it is blank, too."""
        named = (self.customer_custom_fields or {}).get(key or "")
        return named.strip() if isinstance(named, str) and named.strip() else None

    def destination(self, key: str | None) -> str | None:
        """Return the billing provider that the customer's custom field ``key`` names."""
        named = self.field(key)
        return None if named is None else named.lower()

    def money(self) -> tuple[Decimal, str]:
        """Return the total in major units with Metronome's sign, and the currency; as stated if it
        is none.
        """
        return stated_money(self.total, self.credit_type)


def parse_listed(tree: dict[str, Any]) -> ListedInvoice:
    """Read one.

    Raises ``Unavailable`` if the list shows it in another shape: no word is better than a wrong
    one.
    """
    try:
        return msgspec.convert(tree, ListedInvoice)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        raise Unavailable(
            f"Metronome's list shows invoice {tree.get('id')} in another shape: {error}."
        ) from error
