"""Reading Metronome gently: few calls at a time, evenly spaced, patient while it is busy. Changes nothing there."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_exponential_jitter

from invoice_cli.pace import Pace
from invoice_creator.http import Bearer, Http
from invoice_formatter.answers import Answer, read_answer
from invoice_shared.errors import Unavailable

PAGE = 100
"""Metronome's largest page."""
TRIES = 5
ASKING = {"Accept": "application/json"}
Found = TypeVar("Found")


def patiently(call: Callable[[], Found], pace: Pace, backoff_max_seconds: float) -> Found:
    """Call, and again while the other side is busy; what it asks for holds everybody back. Raises ``Unavailable``."""

    def before_sleep(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, Unavailable) and error.retry_after:
            pace.hold(min(error.retry_after, backoff_max_seconds))

    retrying = Retrying(
        retry=retry_if_exception_type(Unavailable),
        stop=stop_after_attempt(TRIES),
        wait=wait_exponential_jitter(multiplier=0.5, max=backoff_max_seconds),
        sleep=pace.sleep,
        before_sleep=before_sleep,
        reraise=True,
    )
    return retrying(call)


class MetronomeReader:
    """Thread-safe. Raises ``Rejected``, ``CredentialsRefused`` or, after some tries, ``Unavailable``."""

    def __init__(
        self,
        base_url: str,
        api_key: Callable[[], str],
        pace: Pace,
        *,
        timeout_seconds: float,
        backoff_max_seconds: float,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._http = Http("Metronome", lambda: Bearer(api_key()), timeout_seconds)
        self._pace = pace
        self._backoff_max = backoff_max_seconds

    def invoice(self, customer_id: str, invoice_id: str) -> Any:
        """Give the answer for one invoice, ``{"data": {…}}``, fractions as ``Decimal``."""
        return self._get(f"/v1/customers/{_segment(customer_id)}/invoices/{_segment(invoice_id)}", {})

    def check(self) -> None:
        """Ask for one customer: returns if Metronome lets us in."""
        self._get("/v1/customers", {"limit": "1"})

    def customer_ids(self) -> Iterator[str]:
        """Give every customer; the archived ones, which Metronome leaves out unless asked, after the active."""
        for archived in ("false", "true"):
            for customer in self._pages("/v1/customers", {"only_archived": archived}):
                yield str(customer["id"])

    def invoices_since(self, customer_id: str, since: datetime) -> list[dict[str, Any]]:
        """Give a customer's invoices issued from ``since`` on, the youngest first, of every status.

        Not by the list's own date filter: it is about the billing period, which scheduled invoices lack.
        """
        found: list[dict[str, Any]] = []
        for invoice in self._pages(f"/v1/customers/{_segment(customer_id)}/invoices", {"sort": "date_desc"}):
            if (issued := issued_at(invoice)) is not None and issued < since:
                break
            found.append(invoice)
        return found

    def _pages(self, path: str, query: dict[str, str]) -> Iterator[dict[str, Any]]:
        cursor: str | None = ""
        while cursor is not None:
            more = {"next_page": cursor} if cursor else {}
            answer = self._get(path, query | {"limit": str(PAGE)} | more)
            yield from answer["data"]
            cursor = answer.get("next_page") or None

    def _get(self, path: str, query: dict[str, str]) -> Any:
        url = f"{self._base_url}{path}" + (f"?{urlencode(query)}" if query else "")
        return patiently(lambda: self._get_once(url), self._pace, self._backoff_max)

    def _get_once(self, url: str) -> Any:
        self._pace.wait()
        answer = self._http.get(url, ASKING)
        return read_answer(Answer(answer.status, answer.headers, answer.body))


def issued_at(invoice: dict[str, Any]) -> datetime | None:
    """Read when an invoice was issued; ``None`` for a draft."""
    text = invoice.get("issued_at")
    return datetime.fromisoformat(text).astimezone(UTC) if isinstance(text, str) and text else None


def _segment(text: str) -> str:
    return quote(text, safe="")
