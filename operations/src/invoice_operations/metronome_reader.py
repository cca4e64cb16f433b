"""Call Metronome within a rate limit, and retry while it is busy."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_exponential_jitter

from invoice_operations.first_contact import FirstContact
from invoice_operations.rate_limit import RateLimit
from invoice_providers.http import Bearer, Http
from invoice_shared.errors import Unavailable
from invoice_shared.metronome import paths
from invoice_shared.metronome.client import MetronomeClient
from invoice_shared.metronome.questions import Question
from invoice_shared.settings import MetronomeApiSettings

TRIES = 5
Found = TypeVar("Found")


def patiently(
    call: Callable[[], Found],
    rate_limit: RateLimit,
    backoff_max_seconds: float,
    contact: FirstContact,
) -> Found:
    """Call, and retry while the other system is busy.

    Raises ``Unavailable``, at once if the system was never reached.

    A delay that it asks for applies to all calls, unless it is about one customer.
    """
    backoff = wait_exponential_jitter(multiplier=0.5, max=backoff_max_seconds)

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if not isinstance(error, Unavailable) or not error.retry_after:
            return backoff(state)
        retry_after = min(error.retry_after, backoff_max_seconds)
        if error.about != "customer":
            rate_limit.hold(retry_after)
        return max(retry_after, backoff(state))

    retrying = Retrying(
        retry=retry_if_exception(contact.is_worth_waiting),
        stop=stop_after_attempt(TRIES),
        wait=wait,
        sleep=rate_limit.sleep,
        reraise=True,
    )
    found: Found = retrying(contact.call, call)
    return found


class MetronomeReader:
    """Thread-safe.

    Raises ``Rejected``, ``CredentialsRefused`` or, after some tries, ``Unavailable``.

    Only ``report_status`` changes anything there.
    """

    def __init__(
        self, settings: MetronomeApiSettings, rate_limit: RateLimit, status_path: str = paths.STATUS
    ) -> None:
        http = Http(
            "Metronome", lambda: Bearer(settings.credential("metronome_api_key")), settings.reach
        )

        contact = FirstContact()

        def paced(call: Callable[[], Found]) -> Found:
            def once() -> Found:
                rate_limit.wait()
                return call()

            return patiently(once, rate_limit, settings.retry_backoff_max_seconds, contact)

        self._client = MetronomeClient(
            http,
            settings.metronome_base_url,
            rate_limit.clock,
            calls=paced,
            status_path=status_path,
        )

    def invoice(self, customer_id: str, invoice_id: str) -> Any:
        """Return the answer for one invoice, ``{"data": {…}}``, fractions as ``Decimal``."""
        return self._client.invoice(customer_id, invoice_id)

    def report_status(self, customer_id: str, status: Mapping[str, Any]) -> None:
        """Report to Metronome how an invoice ended; see ``metronome.statuses``. Repeatable."""
        self._client.report_status(customer_id, status)

    def ask(self, question: Question) -> Any:
        """Return the answer to a question, fractions as ``Decimal``."""
        return self._client.ask(question)

    def check(self) -> None:
        """Ask for one customer; return if Metronome accepts our key."""
        self._client.check()

    def customer_ids(self) -> Iterator[str]:
        """Yield each customer once: first the active, then the archived ones."""
        seen: set[str] = set()  # a customer archived while we read is in both lists
        for customer in self._client.customers():
            found = str(customer.get("id") or "")
            if found and found not in seen:
                seen.add(found)
                yield found

    def invoices_since(self, customer_id: str, since: datetime) -> list[dict[str, Any]]:
        """Return a customer's invoices of every status issued since ``since``, newest first.

        The API's date filter is not used: it is about the billing period, which scheduled invoices
        lack.
        """
        found: list[dict[str, Any]] = []
        for page in self._client.newest_invoices(customer_id):
            found += [
                invoice
                for invoice in page
                if (issued := issued_at(invoice)) is None or issued >= since
            ]
            if _ends_before(page, since):
                break
        return found

    def drafts(self, customer_id: str) -> Iterator[dict[str, Any]]:
        """Yield a customer's drafts of any period.

        Drafts have no issue date to stop at.
        """
        for page in self._client.drafts(customer_id):
            yield from page


def _ends_before(page: list[dict[str, Any]], since: datetime) -> bool:
    """Whether all following pages are older than ``since``.

    Checked, because Metronome's documentation contradicts itself on the order of lists.
    """
    issued = [moment for invoice in page if (moment := issued_at(invoice)) is not None]
    return bool(issued) and issued[-1] < since and issued == sorted(issued, reverse=True)


def issued_at(invoice: dict[str, Any]) -> datetime | None:
    """Return when an invoice was issued; ``None`` for a draft or an unknown format."""
    try:
        moment = datetime.fromisoformat(str(invoice.get("issued_at")))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
