"""Drafts that are no longer continued: found, named, and deleted on request."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from invoice_operations.reconcile.strays import MIN_AGE, Stray, deleted, stray_drafts
from invoice_operations.view.invoice_state import KnownInvoice
from invoice_providers.drafts import Draft
from tests.builders import outcome
from tests.fakes import START

SINCE = START - timedelta(days=2)
OLD = START - MIN_AGE


class Account:
    """Drafts at Razorpay, of which some were issued meanwhile; see ``AskedProviders``."""

    drafting = ["razorpay"]  # noqa: RUF012 - read only

    def __init__(self, *drafts: Draft) -> None:
        self.held = {draft.draft_id: draft for draft in drafts}
        self.issued: set[str] = set()

    def drafts(self, _name: str, since: datetime) -> Iterator[Draft]:
        return (draft for draft in self.held.values() if draft.made_at >= since)

    def discard(self, _name: str, draft_id: str) -> bool:
        if draft_id in self.issued:
            return False
        self.held.pop(draft_id, None)
        return True


class Ledger:
    """Knows how some invoices ended."""

    def __init__(self, *settled: str) -> None:
        self._settled = settled

    def invoices(self, invoice_ids: Iterable[str]) -> Mapping[str, KnownInvoice]:
        return {
            name: KnownInvoice(outcome(invoice_id=name) if name in self._settled else None)
            for name in invoice_ids
        }


def names(strays: Iterable[Stray]) -> list[str]:
    return [stray.draft.draft_id for stray in strays]


def test_a_draft_of_a_settled_invoice_is_stray_after_an_hour() -> None:
    account = Account(Draft("inv_b", "i-1", OLD), Draft("inv_a", "i-1", OLD - timedelta(hours=1)))

    assert names(stray_drafts(account, Ledger("i-1"), SINCE, START)) == ["inv_a", "inv_b"]


def test_a_draft_that_a_creator_may_be_working_on_is_kept() -> None:
    young = Draft("inv_a", "i-1", OLD + timedelta(seconds=1))
    unsettled = Draft("inv_b", "i-2", OLD)

    assert stray_drafts(Account(young, unsettled), Ledger("i-1"), SINCE, START) == []


def test_a_draft_from_before_the_window_is_ignored() -> None:
    assert (
        stray_drafts(Account(Draft("inv_a", "i-1", SINCE - MIN_AGE)), Ledger("i-1"), SINCE, START)
        == []
    )


def test_strays_are_deleted_unless_they_were_issued_meanwhile() -> None:
    account = Account(Draft("inv_a", "i-1", OLD), Draft("inv_b", "i-1", OLD))
    account.issued.add("inv_b")

    fates = [
        (stray.draft.draft_id, stray.fate)
        for stray in deleted(stray_drafts(account, Ledger("i-1"), SINCE, START), account)
    ]

    assert fates == [("inv_a", "deleted"), ("inv_b", "issued meanwhile")]
    assert list(account.held) == ["inv_b"]
