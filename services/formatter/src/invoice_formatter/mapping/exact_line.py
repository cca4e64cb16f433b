"""A line of the document before its amount is rounded. A plain value."""

from datetime import date
from decimal import Decimal

from invoice_shared.value import Value


class ExactLine(Value, frozen=True, kw_only=True):
    """The fields of ``LineItem``, and the product's name, which is the name of a joined line."""

    product_name: str
    name: str
    quantity: Decimal | None
    unit_price: Decimal | None
    amount: Decimal
    external_item_id: str
    product_id: str | None
    line_type: str
    start_date: date | None
    end_date: date | None
    extra_fields: dict[str, str]
