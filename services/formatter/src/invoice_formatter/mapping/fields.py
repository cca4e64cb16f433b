"""Read custom fields and other scalars of Metronome as text. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from invoice_shared.text import is_utf8, visible_id
from invoice_shared.types import MAX_DIGITS, decimal_text


def scalar_text(value: Any) -> str | None:
    """Return a scalar as trimmed text, or ``None`` if it is blank or not a scalar."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        # 1E+999999999 is valid JSON, but a gigabyte of digits.
        return decimal_text(value) if abs(value.adjusted()) <= MAX_DIGITS else str(value)
    text = str(value).strip() if isinstance(value, str | int) else ""
    return text if text and is_utf8(text) else None


def field_text(fields: Mapping[str, Any] | None, key: str) -> str | None:
    """Return the id in a custom field without invisible characters; blank counts as missing."""
    if not fields:
        return None
    value = fields.get(key)
    if type(value) is str and value.isascii() and value.isprintable():  # most ids
        return value.strip() or None
    text = scalar_text(value)
    return visible_id(text) or None if text is not None else None
