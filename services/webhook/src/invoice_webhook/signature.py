"""Check that a request is signed by Metronome, and recent.

Pure. Source: docs.metronome.com, "Set up webhooks".
"""

import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from invoice_shared.skew import distance

SIGNATURE_HEADER = "Metronome-Webhook-Signature"
# The first is preferred: proxies may rewrite ``Date``.
DATE_HEADERS = ("X-Metronome-Date", "Date")
SIGNATURE = re.compile(r"[0-9a-f]{64}")


class InvalidSignature(Exception):
    """The request is not authentic. The text is only for our log, never for the sender."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A request's signature and its date, as in its head."""

    signature: str
    date: str


def claim_of(headers: Mapping[str, str], now: datetime, tolerance_seconds: float) -> Claim:
    """Return the headers' claim. Raises ``InvalidSignature`` if it is invalid for any body.

    ``headers`` must be case-insensitive.
    """
    signature = headers.get(SIGNATURE_HEADER)
    date = next((headers[name] for name in DATE_HEADERS if name in headers), None)
    if signature is None or date is None:
        raise InvalidSignature("the signature or its date is missing")
    if SIGNATURE.fullmatch(signature) is None:
        raise InvalidSignature("the signature is not 64 lower-case hex digits")
    _check_age(_sent(date), now, tolerance_seconds)
    return Claim(signature, date)


def _check_age(sent: datetime, now: datetime, tolerance_seconds: float) -> None:
    if abs((now - sent).total_seconds()) > tolerance_seconds:
        age = distance(now, sent, "old", "in the future")
        raise InvalidSignature(
            f"the date is outside the tolerance: it is {age}. This machine's clock may be wrong, or"
            " the sender's"
        )


def verify(body: bytes, claim: Claim, secrets: Iterable[str]) -> None:
    """Return if one of the secrets signed ``date + LF + body``.

    Else raises ``InvalidSignature``.
    """
    if not any(
        hmac.compare_digest(sign(body, claim.date, secret), claim.signature) for secret in secrets
    ):
        raise InvalidSignature("no accepted secret gives this signature")


def sign(body: bytes, date: str, secret: str) -> str:
    """Return the lower-case hex HMAC-SHA256 that Metronome sends for this body and date header."""
    return hmac.digest(_raw(secret), _raw(date) + b"\n" + body, "sha256").hex()


def _raw(text: str) -> bytes:
    """Return the bytes of a header or a variable, in which invalid UTF-8 is surrogates."""
    return text.encode("utf-8", "surrogateescape")


# Many requests come within one second. An invalid date is not cached.
@lru_cache(maxsize=64)
def _sent(date: str) -> datetime:
    """Return an HTTP date, or ISO 8601 as in Metronome's Node SDK; without an offset it is UTC."""
    try:
        sent = datetime.fromisoformat(date) if date[:1].isdigit() else parsedate_to_datetime(date)
        return sent.astimezone(UTC) if sent.tzinfo else sent.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidSignature("the date is neither an HTTP date nor ISO 8601") from error
