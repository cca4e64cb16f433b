"""Razorpay's invoices: looked up by ``receipt``, and created from a draft.

Razorpay has nothing to make a POST repeatable.

With ``direct``, the POST issues the invoice. If a process then freezes between look and POST for
longer than its session, or Razorpay delays a request for minutes, there are two invoices.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Literal

from invoice_providers.base import Begun, Created, Found, Presence, Thing
from invoice_providers.drafts import Draft, DraftPage
from invoice_providers.razorpay.api import InvoicesApi
from invoice_providers.razorpay.drafting import Drafting
from invoice_providers.razorpay.payload import build_body
from invoice_providers.razorpay.remarks import remarks
from invoice_providers.razorpay.responses import LONG_AGO, Shown
from invoice_shared.clock import Clock
from invoice_shared.invoice import DocumentType, FormattedInvoice

Order = Literal["draft", "direct"]


class Razorpay:
    """See ``BillingProvider``."""

    name = "razorpay"

    def __init__(self, api: InvoicesApi, clock: Clock, order: Order = "draft") -> None:
        self._api = api
        self._drafting = Drafting(api, clock) if order == "draft" else None

    def look(self, document: FormattedInvoice) -> tuple[Found, ...]:
        """List the invoices with our receipt, except drafts and deleted ones."""
        listed = self._api.listed(document.invoice_id)
        return tuple(shown.found for shown in listed if self._counts(shown, document))

    def create(
        self,
        document: FormattedInvoice,
        *,
        generation: str = "",  # noqa: ARG002 - no request ids
        begun: Begun | None = None,
    ) -> Created:
        """Issue the invoice, at once or after its draft was looked up."""
        if self._drafting is not None:
            return self._drafting.create(document, begun)
        return self._api.post(build_body(document), document).found

    def read(
        self, document_id: str, *, invoice_id: str, document_type: DocumentType
    ) -> Found | None:
        """GET the invoice by its id."""
        del invoice_id, document_type  # Razorpay shows the receipt, and has only invoices
        shown = self._api.get(document_id)
        return None if shown is None else shown.found

    def presence(self, thing: Thing, ids: Collection[str]) -> Mapping[str, Presence]:
        """GET each customer. Its invoices name no items."""
        if thing == "item":
            return {}
        return {each: self._api.customer(each) for each in ids}

    def drafts(self, since: datetime, skip: int) -> DraftPage:
        """See ``MakesDrafts``."""
        shown, documents = self._api.page(since, skip)
        ours = [
            (each, each.memo)
            for each in shown
            if each.is_draft and each.memo == each.found.invoice_id
        ]
        drafts = tuple(Draft(each.id, memo, each.made_at) for each, memo in ours if memo)
        return DraftPage(drafts, documents)

    def discard(self, draft_id: str) -> bool:
        """See ``MakesDrafts``."""
        return self._api.delete(draft_id)

    def remarks(self) -> tuple[str, ...]:
        """Return remarks for the account's owner, after a look at its newest invoices."""
        newest, _ = self._api.page(LONG_AGO, 0)
        return remarks(newest, self._api.key_id(), is_direct=self._drafting is None)

    def _counts(self, shown: Shown, document: FormattedInvoice) -> bool:
        if shown.found.state not in ("draft", "deleted"):  # only drafts can be deleted
            return True
        # Without drafts of our own, a person's draft counts as the invoice.
        return self._drafting is None and shown.memo != document.invoice_id
