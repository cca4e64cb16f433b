"""Custom fields and other scalars of Metronome as text. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from invoice_shared.types import decimal_text


def scalar_text(value: Any) -> str | None:
    """Write a scalar as text, trimmed; ``None`` for null, an object, a list, and for text that is blank."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return decimal_text(value)
    return (str(value).strip() or None) if isinstance(value, str | int) else None


def field_text(fields: Mapping[str, Any], key: str) -> str | None:
    """Read a custom field; blank counts as missing."""
    return scalar_text(fields.get(key))
