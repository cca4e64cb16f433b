"""Reading Metronome gently: few calls at a time, evenly spaced, patient while it is busy. Changes nothing there."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from pydantic import ValidationError
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_exponential_jitter

from invoice_formatter.answers import read_answer
from invoice_operations.pace import Pace
from invoice_providers.http import Bearer, Http
from invoice_shared.errors import Rejected, Unavailable
from invoice_shared.invoice import Frozen
from invoice_shared.serde import explain
from invoice_shared.settings import MetronomeApiSettings

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


class Page(Frozen):
    """A page of one of Metronome's lists."""

    data: list[dict[str, Any]]
    next_page: str | None = None


class MetronomeReader:
    """Thread-safe. Raises ``Rejected``, ``CredentialsRefused`` or, after some tries, ``Unavailable``."""

    def __init__(self, settings: MetronomeApiSettings, pace: Pace) -> None:
        self._base_url = settings.metronome_base_url.rstrip("/")
        self._http = Http(
            "Metronome", lambda: Bearer(settings.secret("metronome_api_key") or ""), settings.http_timeout_seconds
        )
        self._pace = pace
        self._backoff_max = settings.retry_backoff_max_seconds

    def invoice(self, customer_id: str, invoice_id: str) -> Any:
        """Give the answer for one invoice, ``{"data": {…}}``, fractions as ``Decimal``."""
        return self._get(f"/v1/customers/{_segment(customer_id)}/invoices/{_segment(invoice_id)}", {})

    def check(self) -> None:
        """Ask for one customer: returns if Metronome lets us in."""
        self._page("/v1/customers", {"limit": "1"})

    def customer_ids(self) -> Iterator[str]:
        """Give every customer once; the archived ones, which Metronome leaves out unless asked, after the active."""
        seen: set[str] = set()  # who is archived while we read, is in both lists
        for archived in ("false", "true"):
            for page in self._pages("/v1/customers", {"only_archived": archived}):
                found = dict.fromkeys(str(customer.get("id") or "") for customer in page)
                yield from (name for name in found if name and name not in seen)
                seen.update(found)

    def invoices_since(self, customer_id: str, since: datetime) -> list[dict[str, Any]]:
        """Give a customer's invoices issued from ``since`` on, the youngest first, of every status.

        Not by the list's own date filter: it is about the billing period, which scheduled invoices lack.
        """
        found: list[dict[str, Any]] = []
        for page in self._pages(f"/v1/customers/{_segment(customer_id)}/invoices", {"sort": "date_desc"}):
            found += [invoice for invoice in page if (issued := issued_at(invoice)) is None or issued >= since]
            if _ends_before(page, since):
                break
        return found

    def _pages(self, path: str, query: dict[str, str]) -> Iterator[list[dict[str, Any]]]:
        more: dict[str, str] | None = {}
        while more is not None:
            page = self._page(path, query | {"limit": str(PAGE)} | more)
            yield page.data
            more = {"next_page": page.next_page} if page.next_page else None

    def _page(self, path: str, query: dict[str, str]) -> Page:
        try:
            return Page.model_validate(self._get(path, query))
        except Rejected as refused:
            status = f"HTTP {refused.response.status}" if refused.response else "unreadable"
            raise Rejected(
                refused.code,
                f"Metronome's answer to {path} is no list ({status}). Check METRONOME_BASE_URL.",
                response=refused.response,
            ) from refused
        except ValidationError as error:
            raise Unavailable(f"Metronome's answer to {path} is in another shape: {explain(error)}.") from error

    def _get(self, path: str, query: dict[str, str]) -> Any:
        url = f"{self._base_url}{path}" + (f"?{urlencode(query)}" if query else "")
        return patiently(lambda: self._get_once(url), self._pace, self._backoff_max)

    def _get_once(self, url: str) -> Any:
        self._pace.wait()
        return read_answer(self._http.get(url, ASKING), datetime.now(UTC))


def _ends_before(page: list[dict[str, Any]], since: datetime) -> bool:
    """Tell whether nothing younger can follow. Metronome's documentation contradicts itself on the order of lists."""
    issued = [moment for invoice in page if (moment := issued_at(invoice)) is not None]
    return bool(issued) and issued[-1] < since and issued == sorted(issued, reverse=True)


def issued_at(invoice: dict[str, Any]) -> datetime | None:
    """Read when an invoice was issued; ``None`` for a draft, or where it says so in another way than Metronome does."""
    try:
        moment = datetime.fromisoformat(str(invoice.get("issued_at")))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _segment(text: str) -> str:
    return quote(text, safe="")
