"""A reconciliation of a whole installation in memory."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from invoice_operations.asked_providers import nobody
from invoice_operations.reconcile.finding import Finding
from invoice_operations.reconcile.run import ReconcileRequest, reconcile
from invoice_operations.selection import Selection
from invoice_operations.settings import ReconcileSettings
from invoice_shared.record import Record
from tests.builders import INVOICE_ID, outcome
from tests.fakes import START
from tests.unit.operations.builders import document_in_ledger
from tests.unit.operations.reconcile.world import (
    SETTINGS,
    WINDOW,
    FakeMetronome,
    FakeProviders,
    shown,
)
from tests.unit.operations.world import FakeInstallation


class Installation(FakeInstallation):
    """An installation whose Metronome lists invoices."""

    def metronome(self, per_second: float | None = None) -> Any:
        """Return a Metronome that lists invoices."""
        return FakeMetronome(*self.invoices)

    invoices: tuple[dict[str, Any], ...] = ()


def installation(
    *invoices: dict[str, Any], records: list[Record] | None = None, **settings: Any
) -> Installation:
    here = Installation(
        records or [], blocks={ReconcileSettings: SETTINGS.model_copy(update=settings)}
    )
    here.invoices = invoices
    return here


def fixed(here: Installation) -> list[Finding]:
    return list(
        reconcile(ReconcileRequest(WINDOW, fix=True), here, nobody(here.clock), lambda: None)
    )


def first_entry(at: datetime) -> Record:
    return document_in_ledger(0, outcome(invoice_id="first", settled_at=at))


def test_a_lost_invoice_is_enqueued_once_and_then_waits() -> None:
    here = installation(shown(), records=[first_entry(START)])

    (lost,) = fixed(here)
    (waiting,) = fixed(here)

    assert (lost.state, lost.is_enqueued) == ("missing", True)
    assert (waiting.state, len(here.broker.published)) == ("waiting", 1)


def test_an_invoice_much_older_than_the_ledger_is_not_enqueued() -> None:
    old, new = (START - timedelta(hours=hours) for hours in (23, 2))
    here = installation(
        shown(id="old", issued_at=old.isoformat()),
        shown(id="new", issued_at=new.isoformat()),
        records=[first_entry(START + timedelta(hours=2))],
    )

    assert {each.invoice_id: each.is_enqueued for each in fixed(here)} == {
        "old": False,
        "new": True,
    }


@pytest.mark.parametrize(("days", "is_found"), [(3, False), (400, True)])
def test_an_invoice_dated_long_before_it_was_finalized_is_found_by_a_wide_run(
    days: int, is_found: bool
) -> None:
    # Finalized an hour ago, with its webhook lost: the list shows only its date.
    dated = START - timedelta(days=40)
    here = installation(
        shown(issued_at=dated.isoformat()), records=[first_entry(dated - timedelta(days=100))]
    )
    window = Selection(since=START - timedelta(days=days))

    found = list(
        reconcile(ReconcileRequest(window, fix=True), here, nobody(here.clock), lambda: None)
    )

    assert [each.is_enqueued for each in found] == [True] * is_found
    assert [each.topic for each in here.broker.published] == ["raw-invoices"] * is_found


def test_bill_from_decides_instead_of_the_age_of_the_ledger() -> None:
    invoices = shown(id="old", issued_at=(START - timedelta(hours=23)).isoformat()), shown(id="new")
    records = [first_entry(START + timedelta(days=30))]

    found = fixed(installation(*invoices, records=records, bill_from=START.date()))

    assert {each.invoice_id: (each.state, each.is_enqueued) for each in found} == {
        "old": ("skipped", False),
        "new": ("missing", True),
    }


def test_a_removed_document_is_entered_under_its_own_key_and_stays_known_as_removed() -> None:
    here = installation(shown(), records=[document_in_ledger(0, outcome())])

    (finding,) = reconcile(ReconcileRequest(WINDOW), here, FakeProviders(), lambda: None)

    (record,) = here.broker.published
    assert (finding.state, record.key) == (
        "removed-at-provider",
        f"{INVOICE_ID}#document:netsuite:9001".encode(),
    )
    assert here.view().invoice(INVOICE_ID).standing == []
