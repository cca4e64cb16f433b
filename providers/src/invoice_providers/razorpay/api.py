"""The calls of Razorpay's Invoices API: one request each, and its answer's meaning.

Does not decide their order.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from invoice_providers.base import Presence
from invoice_providers.razorpay.errors import (
    change_error,
    create_error,
    lookup_error,
    says_other_status,
    says_unknown_id,
)
from invoice_providers.razorpay.responses import Shown, read_listing, read_shown
from invoice_shared import serde
from invoice_shared.answer import Answer
from invoice_shared.clock import Clock
from invoice_shared.errors import CallFailed, CredentialsRefused, Unavailable
from invoice_shared.invoice import FormattedInvoice

ASKING = {"Accept": "application/json"}
SENDING = {**ASKING, "Content-Type": "application/json"}
# The list's documented default. No maximum is documented for invoices, so this is not changed.
PAGE = 10
MAX_PAGES = 10
# The maximum of Razorpay's lists in general. If this list returns fewer, that is harmless, because
# the returned ones are counted.
LARGE_PAGE = "100"


class Caller(Protocol):
    """The part of ``Http`` that is used here."""

    def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        """Send a GET."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a POST."""

    def delete(self, url: str, headers: Mapping[str, str]) -> Answer:
        """Send a DELETE."""

    def renew_credentials(self) -> None:
        """Read the credentials again before the next call."""


class InvoicesApi:
    """Thread-safe.

    Raises what a ``BillingProvider`` may; ``Rejected`` only from ``post`` and ``issue``.
    """

    def __init__(
        self, base_url: str, http: Caller, clock: Clock, key_id: Callable[[], str]
    ) -> None:
        self._invoices = base_url.rstrip("/") + "/v1/invoices"
        self._customers = base_url.rstrip("/") + "/v1/customers"
        self._http = http
        self._clock = clock
        self.key_id = key_id

    def listed(self, receipt: str) -> tuple[Shown, ...]:
        """Return the invoices with a receipt, the oldest first."""
        found: list[Shown] = []
        for page in range(MAX_PAGES):
            carrying, size = self._carrying(receipt, page * PAGE)
            found += carrying
            if size < PAGE:
                return tuple(sorted(found, key=lambda shown: shown.age))
        raise Unavailable(
            f"Razorpay lists more than {PAGE * MAX_PAGES} invoices with the receipt {receipt}."
        )

    def page(self, since: datetime, skip: int) -> tuple[tuple[Shown, ...], tuple[str, ...]]:
        """Return invoices created since a time, the newest first, and the ids of all listed ones.

        An unreadable invoice is only among the ids.
        """
        query = {
            "type": "invoice",
            "from": str(int(since.timestamp())),
            "skip": str(skip),
            "count": LARGE_PAGE,
        }
        items, answer = self._items(query)
        if items is None:
            raise self._judged(lookup_error(answer, self._clock.now()))
        read = map(read_shown, items)
        ids = tuple(str(item.get("id")) if isinstance(item, dict) else "" for item in items)
        return tuple(shown for shown in read if shown is not None), ids

    def get(self, document_id: str) -> Shown | None:
        """Return the invoice with an id; ``None`` if it does not exist."""
        answer = self._http.get(self._url(document_id), ASKING)
        if says_unknown_id(answer):
            return None
        shown = read_shown(answer.json()) if answer.is_success else None
        if shown is None:
            raise self._judged(lookup_error(answer, self._clock.now()))
        return shown

    def customer(self, customer_id: str) -> Presence:
        """Return whether there is a customer; none of them is inactive."""
        answer = self._http.get(f"{self._customers}/{quote(customer_id, safe='')}", ASKING)
        if says_unknown_id(answer):
            return "missing"
        if not answer.is_success or serde.text_of(answer.json(), "id") != customer_id:
            raise self._judged(lookup_error(answer, self._clock.now()))
        return "active"

    def post(self, body: Mapping[str, Any], document: FormattedInvoice) -> Shown:
        """Create an invoice. Not repeatable: a second call creates a second one."""
        answer = self._http.post(self._invoices, serde.encode(body), SENDING)
        shown = read_shown(answer.json()) if answer.is_success else None
        if shown is None:
            raise self._judged(create_error(answer, self._clock.now(), document, self.key_id()))
        return shown

    def issue(self, draft_id: str, document: FormattedInvoice) -> Shown | None:
        """Issue a draft.

        Returns ``None`` if it is no longer a draft, so another look must decide.
        """
        answer = self._http.post(self._url(draft_id, "/issue"), b"{}", SENDING)
        if says_other_status(answer) or says_unknown_id(answer):
            return None
        shown = read_shown(answer.json()) if answer.is_success else None
        if shown is None:
            raise self._judged(create_error(answer, self._clock.now(), document, self.key_id()))
        return shown

    def delete(self, draft_id: str) -> bool:
        """Delete a draft; return whether it is gone. It remains if it is no longer a draft."""
        answer = self._http.delete(self._url(draft_id), ASKING)
        if answer.is_success or says_unknown_id(answer):
            return True
        if says_other_status(answer):
            return False
        raise self._judged(change_error(answer, self._clock.now()))

    def _carrying(self, receipt: str, skip: int) -> tuple[list[Shown], int]:
        items, answer = self._items({"receipt": receipt} | ({"skip": str(skip)} if skip else {}))
        shown = read_listing(items, receipt)
        if items is None or shown is None:
            raise self._judged(lookup_error(answer, self._clock.now()))
        return shown, len(items)

    def _items(self, query: Mapping[str, str]) -> tuple[list[Any] | None, Answer]:
        answer = self._http.get(f"{self._invoices}?{urlencode(query)}", ASKING)
        tree = answer.json() if answer.is_success else None
        items = tree.get("items") if isinstance(tree, dict) else None
        return (items if isinstance(items, list) else None), answer

    def _url(self, document_id: str, action: str = "") -> str:
        return f"{self._invoices}/{quote(document_id, safe='')}{action}"

    def _judged(self, error: CallFailed) -> CallFailed:
        if isinstance(error, CredentialsRefused):
            self._http.renew_credentials()
        return error
