"""Convert money and times to the text that our records use. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from invoice_shared.types import decimal_text, time_text


def plain(value: Any) -> Any:
    """Return a tree with its decimals and times as text."""
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: plain(inner) for name, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list | tuple) else value
