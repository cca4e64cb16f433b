"""Check that a page of ours made a request that changes something. Pure."""

import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from invoice_web.sessions import keyed

# The subject of the token on a page for somebody who is not logged in.
LOGIN = "login"


def token(secret: str, subject: str) -> str:
    """Return the token of a session, or of a person named by a proxy."""
    return keyed(secret, f"csrf:{subject}")


def is_token(given: str | None, secret: str, subject: str) -> bool:
    """Return whether a token is the one of ``subject``."""
    return given is not None and hmac.compare_digest(
        given.encode("utf-8", "replace"), token(secret, subject).encode()
    )


def is_same_origin(headers: Mapping[str, str]) -> bool:
    """Return whether a request comes from a page of its own host and port."""
    origin, host = headers.get("Origin", headers.get("Referer")), headers.get("Host", "")
    if not origin or not host:
        return False
    try:
        return urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False
