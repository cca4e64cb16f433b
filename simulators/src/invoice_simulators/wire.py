"""JSON, HTTP and time as plain values: exact numbers, no sockets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import simplejson
from multidict import CIMultiDict, MultiMapping
from yarl import URL

Json = dict[str, Any]
# Returns Unix seconds.
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Call:
    """One request.

    ``url`` is absolute and encoded as sent, because signatures cover it. ``parts`` are from its
    path.
    """

    method: str
    url: URL
    headers: Mapping[str, str]
    body: bytes = b""
    parts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> "Call":
        """Build a request from plain values; header names are case-insensitive."""
        return cls(method, URL(url, encoded=True), CIMultiDict(headers or {}), body)

    @property
    def query(self) -> MultiMapping[str]:
        """The parameters of the URL, decoded."""
        return self.url.query

    @property
    def authorization(self) -> str:
        """The ``Authorization`` header, or an empty text."""
        return self.headers.get("Authorization", "")

    @property
    def text(self) -> str:
        """The body as text, whatever its bytes."""
        return self.body.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class ApiError(Exception):
    """A refusal in the form of the simulated API."""

    def __init__(
        self,
        status: int,
        body: Any,
        *,
        headers: Mapping[str, str] | None = None,
        content_type: str = "application/json",
    ) -> None:
        super().__init__(f"status {status}: {body}")
        self.status = status
        self.body = body
        self.headers = dict(headers or {})
        self.content_type = content_type

    def reply(self) -> Reply:
        """Return the HTTP answer."""
        return reply(
            self.body, status=self.status, headers=self.headers, content_type=self.content_type
        )


def loads(data: bytes | str) -> Any:
    """Parse JSON, every fraction as ``Decimal``. Raises ``ValueError``."""
    try:
        return simplejson.loads(data, use_decimal=True)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def dumps(value: Any) -> bytes:
    """Return JSON as UTF-8. A ``Decimal`` stays a number, digit for digit."""
    text: str = simplejson.dumps(value, use_decimal=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def reply(
    body: Any,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    content_type: str = "application/json",
) -> Reply:
    """Build an answer with a JSON body; ``bytes`` are JSON already."""
    sent = body if isinstance(body, bytes) else dumps(body)
    return Reply(status, sent, {"Content-Type": content_type, **(headers or {})})


def is_number(value: Any) -> bool:
    """Whether a parsed JSON value is a number (``true`` is not)."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def decimal_text(value: Decimal) -> str:
    """Return a decimal without an exponent."""
    return format(value, "f")
