"""One complete HTTP answer from another system. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from invoice_shared import serde
from invoice_shared.errors import kept_body
from invoice_shared.failure import ProviderResponse
from invoice_shared.skew import clock_advice, http_date

# Retry at least once per hour, whatever delay the other system asks for.
MAX_RETRY_AFTER_SECONDS = 3600.0
# RFC 9110 knows whole seconds only; Metronome's rate limiter also sends fractions.
SECONDS = re.compile(r"\d+(\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer. ``headers`` ignores the case of names."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Return the body's JSON tree with exact numbers, or ``None`` if it is not JSON."""
        try:
            return serde.loads(self.body)
        except ValueError:
            return None

    def for_the_record(self) -> ProviderResponse:
        """Return what a failure record may contain: no credentials, at most 4 KiB."""
        text = self.body.decode("utf-8", "replace")
        return ProviderResponse(status=self.status, body=kept_body(text))

    def retry_after(self, now: datetime) -> float | None:
        """Return the seconds to wait that the answer asks for, as a number or a date, if any."""
        asked = self.headers.get("Retry-After", "").strip()
        seconds = float(asked) if SECONDS.fullmatch(asked) else _seconds_until(asked, now)
        return None if seconds is None else min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS)

    def clock_advice(self, now: datetime) -> str:
        """Return a sentence if our clock differs from the answer's time, else an empty text."""
        return clock_advice(self.headers.get("Date"), now)


def _seconds_until(text: str, now: datetime) -> float | None:
    when = http_date(text)
    return None if when is None else (when - now).total_seconds()
