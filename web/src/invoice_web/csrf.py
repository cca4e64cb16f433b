"""Whether a request that changes something was made by a page of ours. Pure."""

import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from invoice_web.sessions import keyed

LOGIN = "login"
"""Whose token a page shows to somebody who is not logged in."""


def token(secret: str, subject: str) -> str:
    """Return the token of a session, or of a person whom a proxy names."""
    return keyed(secret, f"csrf:{subject}")


def is_token(given: str | None, secret: str, subject: str) -> bool:
    """Whether a token is the one of ``subject``."""
    return given is not None and hmac.compare_digest(
        given.encode("utf-8", "replace"), token(secret, subject).encode()
    )


def is_same_origin(headers: Mapping[str, str]) -> bool:
    """Whether a request comes from a page of the host that it asks, port included."""
    origin, host = headers.get("Origin", headers.get("Referer")), headers.get("Host", "")
    if not origin or not host:
        return False
    try:
        return urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False
