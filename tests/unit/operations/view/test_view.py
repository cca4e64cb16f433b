"""Queries of the page: what was created since a time, and the newest decisions."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from invoice_operations.view.page import Page
from invoice_operations.view.state_file import open_tables, untold
from invoice_operations.view.view import View, unseen
from invoice_shared.decision import Decision
from tests.builders import outcome
from tests.fakes import START
from tests.unit.operations.builders import document_in_ledger, in_ledger, record_in
from tests.unit.operations.fakes import SETTINGS, FakeBroker, view_of

HOUR = timedelta(hours=1)


def test_standing_documents_count_by_the_time_at_which_they_were_settled() -> None:
    made = [
        outcome(
            invoice_id="a", settled_at=START, total="1.10", currency="USD", provider_document_id="1"
        ),
        outcome(
            invoice_id="b", settled_at=START, total="2.20", currency="USD", provider_document_id="2"
        ),
        outcome(
            invoice_id="c", settled_at=START, total="3.00", currency="EUR", provider_document_id="3"
        ),
        outcome(
            invoice_id="d", settled_at=START, total=None, currency=None, provider_document_id="4"
        ),
        outcome(
            invoice_id="e",
            settled_at=START - HOUR,
            total="5.00",
            currency="EUR",
            provider_document_id="5",
        ),
        outcome(
            invoice_id="f",
            settled_at=START,
            total="6.00",
            currency="EUR",
            provider_document_id="6",
            stands=False,
        ),
    ]
    records = [document_in_ledger(number, each) for number, each in enumerate(made)]

    created = view_of(FakeBroker(records)).created_since(START)

    assert (created.count, created.unknown) == (4, 1)
    assert created.totals == {"USD": Decimal("3.30"), "EUR": Decimal("3.00")}


def test_decisions_are_paged_with_the_newest_first() -> None:
    decisions = [
        Decision(
            decision_id=f"{hour}",
            kind="pause",
            subject="netsuite",
            by="kim",
            at=START + hour * HOUR,
            via="cli",
        )
        for hour in range(4)
    ]
    view = view_of(
        FakeBroker(
            [
                record_in("invoice-decisions", number, each, "netsuite")
                for number, each in enumerate(decisions)
            ]
        )
    )

    first = view.newest_decisions(None, Page(3))
    second = view.newest_decisions(None, Page(3, 3))

    assert [each.decision_id for each in (*first, *second)] == ["3", "2", "1", "0"]
    assert (view.count_decisions(None), view.count_decisions(START + 2 * HOUR)) == (4, 2)


def test_a_skip_does_not_count_as_created() -> None:
    assert (
        view_of(FakeBroker([in_ledger(0, outcome(outcome="skipped"))])).created_since(START).count
        == 0
    )


def test_a_long_query_has_its_own_connection_to_the_same_state(tmp_path: Path) -> None:
    broker = FakeBroker(
        [document_in_ledger(0, outcome(settled_at=START, total="1.10", currency="USD"))]
    )
    view = View(broker, SETTINGS, lambda *_: open_tables(tmp_path, "view.sqlite3", untold), unseen)
    view.refresh()

    aside = view.aside()

    assert aside is not view
    assert (
        aside.created_since(START).totals
        == view.created_since(START).totals
        == {"USD": Decimal("1.10")}
    )


def test_tables_in_memory_have_one_connection() -> None:
    view = view_of(FakeBroker([]))

    assert view.aside() is view
