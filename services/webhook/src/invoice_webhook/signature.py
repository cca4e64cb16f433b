"""Is this request from Metronome, and fresh? Pure. Source: docs.metronome.com, "Set up webhooks"."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

SIGNATURE_HEADER = "Metronome-Webhook-Signature"
DATE_HEADERS = ("X-Metronome-Date", "Date")
"""The first is preferred: proxies may rewrite ``Date``."""


class InvalidSignature(Exception):
    """The request is not to be trusted. The text is for our log only, never for the sender."""


def verify(
    body: bytes, headers: Mapping[str, str], secrets: Iterable[str], now: datetime, tolerance_seconds: float
) -> None:
    """Return if a secret signed ``date + LF + body`` and the date is near ``now``.

    Else raises ``InvalidSignature``. ``headers`` must look up names without regard to case.
    """
    given = headers.get(SIGNATURE_HEADER)
    date = next((headers[name] for name in DATE_HEADERS if name in headers), None)
    if given is None or date is None:
        raise InvalidSignature("the signature or its date is missing")
    _verify_fresh(date, now, tolerance_seconds)
    if not any(hmac.compare_digest(sign(body, date, secret).encode(), _raw(given)) for secret in secrets):
        raise InvalidSignature("no accepted secret gives this signature")


def sign(body: bytes, date: str, secret: str) -> str:
    """Give the lower-case hex HMAC-SHA256 that Metronome sends for this body and date header."""
    return hmac.new(_raw(secret), _raw(date) + b"\n" + body, hashlib.sha256).hexdigest()


def _raw(text: str) -> bytes:
    """Give the bytes of a header or a variable back: those that are not UTF-8 arrived as lone surrogates."""
    return text.encode("utf-8", "surrogateescape")


def _verify_fresh(date: str, now: datetime, tolerance_seconds: float) -> None:
    try:
        sent = parsedate_to_datetime(date)
        age = (now - (sent if sent.tzinfo else sent.replace(tzinfo=UTC))).total_seconds()
    except (ValueError, OverflowError) as error:
        raise InvalidSignature("the date is not an HTTP date") from error
    if abs(age) > tolerance_seconds:
        raise InvalidSignature("the date is outside the tolerance")
