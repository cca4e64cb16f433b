"""JSON on the wire with every number exact: no float between a seed and an answer."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import simplejson
from aiohttp import web

Json = dict[str, Any]


class ApiError(Exception):
    """A refusal in the words of the simulated API; the front door turns it into the answer."""

    def __init__(
        self,
        status: int,
        body: Any,
        *,
        headers: Mapping[str, str] | None = None,
        content_type: str = "application/json",
    ) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.body = body
        self.headers = dict(headers or {})
        self.content_type = content_type

    def answer(self) -> web.Response:
        """Give the HTTP answer."""
        return answer(self.body, status=self.status, headers=self.headers, content_type=self.content_type)


def loads(data: bytes | str) -> Any:
    """Parse JSON, every fraction as ``Decimal``. Raises ``ValueError``."""
    try:
        return simplejson.loads(data, use_decimal=True)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def dumps(value: Any) -> bytes:
    """Write JSON as UTF-8; a ``Decimal`` stays a number, digit for digit."""
    text: str = simplejson.dumps(value, use_decimal=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def answer(
    body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None, content_type: str = "application/json"
) -> web.Response:
    """Build an answer with a JSON body."""
    sent = {"Content-Type": content_type, **(headers or {})}
    return web.Response(body=dumps(body), status=status, headers=sent)


def is_number(value: Any) -> bool:
    """Tell whether a parsed JSON value is a number (``true`` is none)."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def decimal_text(value: Decimal) -> str:
    """Write a decimal without an exponent."""
    return format(value, "f")
