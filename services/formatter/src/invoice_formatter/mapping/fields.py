"""Custom fields and other scalars of Metronome as text. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from invoice_shared.serde import is_utf8
from invoice_shared.text import visible_id
from invoice_shared.types import MAX_DIGITS, decimal_text


def scalar_text(value: Any) -> str | None:
    """Write a scalar as text, trimmed; ``None`` for null, an object, a list, and for text that is
    blank or no UTF-8.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        # 1E+999999999 is valid JSON, and written out it is a gigabyte.
        return decimal_text(value) if abs(value.adjusted()) <= MAX_DIGITS else str(value)
    text = str(value).strip() if isinstance(value, str | int) else ""
    return text if text and is_utf8(text) else None


def field_text(fields: Mapping[str, Any] | None, key: str) -> str | None:
    """Read an id from a custom field, without what nobody sees; blank counts as missing."""
    if not fields:
        return None
    text = scalar_text(fields.get(key))
    return visible_id(text) or None if text is not None else None
