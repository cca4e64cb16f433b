"""Carry out the steps of ``draft_steps``: create, look, delete, issue.

Never waits; its caller calls again.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NoReturn

from invoice_providers.base import Begun, Created, Pending
from invoice_providers.razorpay.api import InvoicesApi
from invoice_providers.razorpay.draft_steps import (
    Alone,
    Blocked,
    Exists,
    Make,
    Missing,
    Tidy,
    next_step,
    sort_out,
)
from invoice_providers.razorpay.payload import build_draft
from invoice_providers.razorpay.responses import Shown
from invoice_shared.clock import Clock
from invoice_shared.errors import (
    AlreadyExists,
    CallFailed,
    CredentialsRefused,
    Rejected,
    Unavailable,
    Uncertain,
)
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.types import decimal_text

# The list should not be behind for longer.
MAX_LAG_SECONDS = 120.0


class Drafting:
    """Thread-safe.

    Drafts that it leaves behind have no effect, and the next create continues with them.
    """

    def __init__(self, api: InvoicesApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock

    def create(self, document: FormattedInvoice, begun: Begun | None) -> Created:
        """Advance the invoice as far as possible. Raises ``Pending`` to continue later."""
        body = build_draft(document)
        if begun is not None:
            return self._go_on(document, body, begun)
        made = self._make(document, body, None)
        # The invoice was not sent before, so one look is enough.
        return self._go_on(document, body, replace(made, was_alone=True))

    def _go_on(self, document: FormattedInvoice, body: Mapping[str, Any], begun: Begun) -> Created:
        with _resumable(begun):
            listed = sort_out(self._api.listed(document.invoice_id), document.invoice_id)
            match next_step(listed, begun, body):
                case Exists() as found:
                    self._delete(found.drafts)
                    raise AlreadyExists(
                        "Razorpay already has the invoice.", document_id=found.document_id
                    )
                case Blocked() as blocked:
                    self._refuse(document, blocked)
                case Missing(draft_id):
                    return self._unlisted(document, begun, draft_id)
                case Tidy(keep, drafts):
                    self._delete(drafts)
                    reason = (
                        "Razorpay has several drafts of the invoice; all but one are being deleted."
                    )
                    raise self._later(reason, keep, keep.draft_id)
                case Alone(keep, shown):
                    return self._issue(document, keep, shown)
                case Make(drafts):
                    self._delete(drafts)
        return self._go_on(document, body, self._make(document, body, begun))

    def _make(
        self, document: FormattedInvoice, body: Mapping[str, Any], begun: Begun | None
    ) -> Begun:
        with _resumable(begun):
            made = self._api.post(body, document)
        return Begun(made.id, self._clock.monotonic(), is_made=True)

    def _issue(self, document: FormattedInvoice, keep: Begun, draft: Shown) -> Created:
        if draft.found.total != document.total:
            self._refuse_total(document, draft)
        if not keep.was_alone:
            reason = f"Draft {draft.id} is the only one at Razorpay; it is looked up again."
            raise Pending(reason, replace(keep, was_alone=True))
        try:
            issued = self._api.issue(draft.id, document)
        except Rejected:
            self._delete((draft.id,))
            raise
        if issued is None:
            return self._unlisted(document, keep, draft.id)
        if issued.is_draft:
            raise Uncertain(f"Razorpay did not say whether it issued {draft.id}.")
        return issued.found

    def _unlisted(self, document: FormattedInvoice, begun: Begun, draft_id: str) -> Created:
        """Read an unlisted draft by its id: it was issued or removed, or the list is behind."""
        shown = self._api.get(draft_id)
        if shown is None or shown.found.state == "deleted":
            return self._gone(begun, draft_id)
        if shown.found.invoice_id != document.invoice_id:
            raise _conflict(
                f"Somebody removed the receipt of draft {draft_id} at Razorpay. Restore it, or"
                " delete the draft"
            )
        if not shown.is_draft:
            return shown.found
        raise self._later(f"Razorpay's list does not show draft {draft_id} yet.", begun, draft_id)

    def _gone(self, begun: Begun, draft_id: str) -> NoReturn:
        if begun.is_made:
            # A person may have deleted it on purpose, so it is not created again automatically.
            raise _conflict(
                f"Draft {draft_id} of this invoice was deleted at Razorpay before it was issued. To"
                " bill it"
            )
        raise Pending(
            f"Draft {draft_id} is gone; another one will be created.", Begun(since=begun.since)
        )

    def _later(self, reason: str, begun: Begun, draft_id: str | None) -> CallFailed:
        now = self._clock.monotonic()
        since = now if begun.since is None else begun.since
        if now - since < MAX_LAG_SECONDS:
            return Pending(reason, replace(begun, since=since))
        return Unavailable(
            f"Razorpay's list of invoices is behind: two minutes after draft {draft_id} was"
            " created,"
            " it is not the only one with its receipt. Nothing was issued. The creator continues"
            " once the list is right; if it stays behind, ask Razorpay's support.",
            outage=True,
        )

    def _refuse(self, document: FormattedInvoice, blocked: Blocked) -> NoReturn:
        if not self._delete(blocked.drafts):
            raise Pending("A draft was issued meanwhile; it is looked up again.", Begun())
        raise _conflict(
            f"Draft {blocked.stranger_id} at Razorpay has the receipt {document.invoice_id}, but"
            " the"
            " connector did not create it. Delete it, or change its receipt"
        )

    def _refuse_total(self, document: FormattedInvoice, draft: Shown) -> NoReturn:
        if not self._delete((draft.id,)):
            raise Pending("The draft was issued meanwhile; it is looked up again.", Begun())
        shown = draft.found.total
        raise _conflict(
            "Razorpay created a draft over"
            f" {decimal_text(shown) if shown is not None else 'no total'}"
            f" instead of {decimal_text(document.total)} {document.currency}; it was deleted. Find"
            " out why"
        )

    def _delete(self, drafts: tuple[str, ...]) -> bool:
        """Delete our drafts; return whether all are gone."""
        remaining = [draft_id for draft_id in drafts if not self._api.delete(draft_id)]
        return not remaining


def _conflict(what: str) -> Rejected:
    return Rejected("conflicting-document", f"{what}, then replay. Nothing was billed.")


@contextmanager
def _resumable(begun: Begun | None) -> Iterator[None]:
    """Raise ``Pending`` if a call fails, so that the next create continues from here."""
    try:
        yield
    except (Rejected, AlreadyExists, Pending):
        raise
    except CallFailed as error:
        is_unsent = isinstance(error, Unavailable) and (error.outage or error.refused)
        if begun is None and (is_unsent or isinstance(error, CredentialsRefused)):
            raise
        raise Pending(error.reason, begun or Begun(), cause=error) from error
