"""What a failure keeps of the record that failed, as bytes again."""

import base64
from collections.abc import Mapping
from typing import Any, Literal

ENCODING = {"key": "key_encoding", "value": "encoding"}


def bytes_of(original: Mapping[str, Any], part: Literal["key", "value"]) -> bytes | None:
    """Return the key or the value byte for byte."""
    text: str | None = original[part]
    if text is None:
        return None
    return base64.b64decode(text) if original.get(ENCODING[part]) == "base64" else text.encode()
