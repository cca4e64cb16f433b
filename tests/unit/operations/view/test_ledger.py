from datetime import timedelta

from invoice_operations.view.ledger import fold, is_open
from invoice_shared.outcome import Outcome
from tests.builders import INVOICE_ID, outcome
from tests.unit.operations.reading import in_ledger, lying

T = outcome().settled_at
FAILED = outcome(outcome="failed", code="items-not-mapped", failure_id="f1", settled_at=T)
CREATED = outcome(settled_at=T + timedelta(hours=1))
UNTOLD = outcome(stage="writeback", code="writeback-refused", failure_id="f2", settled_at=T + timedelta(hours=1))
SYNCED = outcome(outcome="skipped", code="already-synced", settled_at=T + timedelta(hours=2))


def everything(_key: str, _outcome: Outcome) -> bool:
    return True


def test_the_newest_outcome_of_an_invoice_is_its_state() -> None:
    ledger = fold([in_ledger(0, FAILED), in_ledger(1, CREATED)], everything)

    assert ledger == {INVOICE_ID: CREATED}


def test_a_repeated_delivery_of_a_created_invoice_changes_nothing() -> None:
    ledger = fold([in_ledger(0, CREATED), in_ledger(1, SYNCED)], everything)

    assert ledger[INVOICE_ID].outcome == "created"


def test_metronome_saying_that_it_knows_the_document_mends_a_failed_write_back() -> None:
    ledger = fold([in_ledger(0, UNTOLD), in_ledger(1, SYNCED)], everything)

    assert ledger[INVOICE_ID].outcome == "created"
    assert not is_open(ledger[INVOICE_ID])


def test_across_partitions_the_brokers_time_decides() -> None:
    ledger = fold([in_ledger(5, CREATED, partition=1), in_ledger(9, FAILED, partition=0)], everything)

    assert ledger == {INVOICE_ID: CREATED}


def test_what_is_no_outcome_says_nothing() -> None:
    strange = [lying("invoice-outcomes", 1, b"?", INVOICE_ID), lying("invoice-outcomes", 2, None, INVOICE_ID)]

    assert fold([in_ledger(0, CREATED), *strange], everything) == {INVOICE_ID: CREATED}


def test_what_need_not_be_kept_is_forgotten_once_it_is_settled() -> None:
    records = [in_ledger(0, FAILED), in_ledger(1, CREATED), in_ledger(2, outcome(invoice_id="b", outcome="failed"))]

    assert fold(records, lambda _key, newest: is_open(newest)).keys() == {"b"}


def test_open_is_what_failed_or_was_created_without_metronome_knowing() -> None:
    assert [is_open(each) for each in (FAILED, UNTOLD, CREATED, SYNCED)] == [True, True, False, False]
