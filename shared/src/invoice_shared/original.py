"""Store a consumed record in a failure as text, and restore it byte for byte. Pure."""

import base64
from typing import Literal

from invoice_shared.failure import Original
from invoice_shared.record import Headers


def original_of(key: bytes | None, headers: Headers, value: bytes | None) -> Original:
    """Return a record's key, headers and value as text that can be restored exactly."""
    key_text, key_encoding = as_text(key)
    value_text, encoding = as_text(value)
    kept = tuple(_header_as_text(name, content) for name, content in headers)
    return Original(
        key=key_text, key_encoding=key_encoding, headers=kept, value=value_text, encoding=encoding
    )


def headers_of(original: Original) -> Headers:
    """Return the headers as consumed."""
    return tuple(
        (name, as_bytes(text, *encoding) or b"") for name, text, *encoding in original.headers
    )


def _header_as_text(
    name: str, content: bytes
) -> tuple[str, str] | tuple[str, str, Literal["base64"]]:
    text, encoding = as_text(content)
    return (name, text or "") if encoding is None else (name, text or "", encoding)


def as_text(raw: bytes | None) -> tuple[str | None, None] | tuple[str, Literal["base64"]]:
    """Return bytes as UTF-8 text, or as base64 and the name of that encoding."""
    if raw is None:
        return None, None
    try:
        return raw.decode("utf-8"), None
    except UnicodeDecodeError:
        return base64.b64encode(raw).decode(), "base64"


def as_bytes(text: str | None, encoding: str | None = None) -> bytes | None:
    """Undo ``as_text``."""
    if text is None:
        return None
    return base64.b64decode(text) if encoding == "base64" else text.encode()
