"""Metronome's API for threads, over a transport from ``invoice_providers.http``."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

from pydantic import ValidationError

from invoice_shared import serde
from invoice_shared.answer import Answer
from invoice_shared.clock import Clock
from invoice_shared.errors import Rejected, Unavailable, Uncertain
from invoice_shared.invoice import Frozen
from invoice_shared.metronome import paths
from invoice_shared.metronome.answers import read_answer, read_reply, status_refusal
from invoice_shared.metronome.questions import PAGE, Question
from invoice_shared.metronome.rate_limits import RateLimits

ASKING = {"Accept": "application/json"}
SENDING = {"Content-Type": "application/json", "Accept": "application/json"}
# The customer of calls that are about no customer, for the rate limits.
NOBODY = ""

Json = dict[str, Any]
Result = TypeVar("Result")


class Transport(Protocol):
    """Sends one request, once, with the API key. See ``invoice_providers.http.Http``."""

    def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        """Send a GET. Raises ``Unavailable``."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a POST.

        Raises ``Unavailable`` if it was not sent, ``Uncertain`` if no answer could be read.
        """

    def renew_credentials(self) -> None:
        """Read the API key again before the next call."""


class Calls(Protocol):
    """How one call is made: at once, or rate-limited and retried."""

    def __call__(self, call: Callable[[], Result], /) -> Result:
        """Return what the call returns."""


def at_once(call: Callable[[], Result], /) -> Result:
    """Make a call once, immediately."""
    return call()


class Page(Frozen):
    """A page of one of Metronome's lists."""

    data: list[Json]
    next_page: str | None = None


class MetronomeClient:
    """Thread-safe. Methods raise ``Rejected``, ``CredentialsRefused`` or ``Unavailable``."""

    def __init__(
        self,
        transport: Transport,
        base_url: str,
        clock: Clock,
        *,
        calls: Calls = at_once,
        status_path: str = paths.STATUS,
    ) -> None:
        self._transport = transport
        self._base_url = base_url.rstrip("/")
        self._clock = clock
        self._calls = calls
        self._status_path = status_path
        self._limits = RateLimits(clock)

    def invoice(self, customer_id: str, invoice_id: str) -> Any:
        """Return the answer for one invoice, ``{"data": {…}}``, fractions as ``Decimal``."""
        return self._get(paths.invoice(customer_id, invoice_id), {}, customer_id)

    def ask(self, question: Question) -> Any:
        """Return the answer to a question, fractions as ``Decimal``."""
        return self._calls(lambda: self._ask_once(question))

    def check(self) -> None:
        """Ask for one customer; return if Metronome accepts our key."""
        self._page(paths.CUSTOMERS, {"limit": "1"}, NOBODY)

    def customers(self) -> Iterator[Json]:
        """Yield the active customers, then the archived ones, which Metronome omits by default.

        A customer archived in between comes twice.
        """
        for archived in ("false", "true"):
            for page in self._pages(paths.CUSTOMERS, {"only_archived": archived}, NOBODY):
                yield from page

    def newest_invoices(self, customer_id: str) -> Iterator[list[Json]]:
        """Yield the pages of a customer's invoices of every status, newest first."""
        return self._pages(paths.invoices(customer_id), {"sort": "date_desc"}, customer_id)

    def drafts(self, customer_id: str) -> Iterator[list[Json]]:
        """Yield the pages of a customer's drafts, which have no date to sort by."""
        return self._pages(
            paths.invoices(customer_id), {"status": "DRAFT", "sort": "date_desc"}, customer_id
        )

    def report_status(self, customer_id: str, status: Mapping[str, Any]) -> None:
        """Report to Metronome how an invoice ended; ``status`` is a ``BillingProviderInvoice``.

        Repeatable.

        Sends no ``Idempotency-Key``, because Metronome replays even a 500 for a known key. Sending
        the same status twice is harmless.
        """
        self._calls(lambda: self._report_once(customer_id, serde.encode([status])))

    def _pages(self, path: str, query: Mapping[str, str], customer_id: str) -> Iterator[list[Json]]:
        more: dict[str, str] = {}
        seen: set[str] = set()
        while True:
            page = self._page(path, {**query, "limit": str(PAGE), **more}, customer_id)
            yield page.data
            if not page.next_page:
                return
            if page.next_page in seen:
                # The list would never end, and a part of it must not pass for all of it.
                raise Unavailable(f"Metronome's list {path} names the same page again and again.")
            seen.add(page.next_page)
            more = {"next_page": page.next_page}

    def _page(self, path: str, query: Mapping[str, str], customer_id: str) -> Page:
        try:
            return Page.model_validate(self._get(path, query, customer_id))
        except Rejected as refused:
            status = f"HTTP {refused.response.status}" if refused.response else "unreadable"
            raise Rejected(
                refused.code,
                f"Metronome's answer to {path} is not a list ({status}). Check METRONOME_BASE_URL.",
                response=refused.response,
            ) from refused
        except ValidationError as error:
            raise Unavailable(
                f"Metronome's answer to {path} is in another shape: {serde.explain(error)}."
            ) from error

    def _get(self, path: str, query: Mapping[str, str], customer_id: str) -> Any:
        url = self._base_url + path + (f"?{urlencode(query)}" if query else "")
        return self._calls(lambda: self._get_once(url, customer_id))

    def _get_once(self, url: str, customer_id: str) -> Any:
        answer = self._answer(customer_id, lambda: self._transport.get(url, ASKING))
        return read_answer(answer, self._clock.now())

    def _ask_once(self, question: Question) -> Any:
        url = self._base_url + question.path
        try:
            answer = self._answer(question.customer_id, lambda: self._send(url, question.body))
        except Uncertain as error:  # a question changes nothing, so ask again
            raise Unavailable(error.reason) from error
        return read_reply(answer, self._clock.now())

    def _send(self, url: str, body: bytes | None) -> Answer:
        return (
            self._transport.get(url, ASKING)
            if body is None
            else self._transport.post(url, body, SENDING)
        )

    def _report_once(self, customer_id: str, body: bytes) -> None:
        url = self._base_url + self._status_path
        try:
            answer = self._answer(customer_id, lambda: self._transport.post(url, body, SENDING))
        except Uncertain as error:
            # Repeating it is harmless, so there is nothing to look up first.
            raise Unavailable(error.reason) from error
        if not answer.is_success:
            raise status_refusal(answer, self._clock.now())

    def _answer(self, customer_id: str, send: Callable[[], Answer]) -> Answer:
        if (held := self._limits.refusal(customer_id)) is not None:
            raise held
        answer = send()
        self._limits.note(answer, customer_id)
        if answer.status in (401, 403):
            self._transport.renew_credentials()
        return answer
