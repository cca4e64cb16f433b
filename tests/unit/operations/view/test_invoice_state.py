from datetime import timedelta

import pytest

from invoice_operations.errors import InvalidRequest
from invoice_operations.view.invoice_state import KnownInvoice, is_open
from invoice_shared.decision import Decision
from invoice_shared.outcome import Outcome
from invoice_shared.record import Record
from tests.builders import INVOICE_ID, failure, outcome
from tests.unit.operations.builders import document_in_ledger, in_errors, in_ledger, record_in
from tests.unit.operations.fakes import FakeBroker, view_of

T = outcome().settled_at
FAILED = outcome(outcome="failed", code="items-not-mapped", failure_id="f1", settled_at=T)
CREATED = outcome(settled_at=T + timedelta(hours=1))
UNTOLD = outcome(
    stage="writeback", code="writeback-refused", failure_id="f2", settled_at=T + timedelta(hours=1)
)
SYNCED = outcome(outcome="skipped", code="already-synced", settled_at=T + timedelta(hours=2))
OTHER = outcome(provider_document_id="9002", settled_at=T + timedelta(hours=3))


def known(*records: Record) -> KnownInvoice:
    """Return what a view knows after reading all records at once; make sure that reading them one
    by one gives the same.
    """
    broker = FakeBroker([])
    one_by_one = view_of(broker)
    for record in records:
        broker.add(record)
        one_by_one.refresh()
    at_once = view_of(FakeBroker(records)).invoice(INVOICE_ID)
    assert one_by_one.invoice(INVOICE_ID) == at_once
    return at_once


def newest(*records: Record) -> Outcome | None:
    return known(*records).newest


def test_the_newest_outcome_of_an_invoice_is_its_state() -> None:
    assert newest(in_ledger(0, FAILED), in_ledger(1, CREATED)) == CREATED


def test_a_repeated_delivery_of_a_created_invoice_is_an_event_and_leaves_its_document() -> None:
    assert known(in_ledger(0, CREATED), in_ledger(1, SYNCED)) == KnownInvoice(SYNCED, [CREATED])


def test_a_document_that_metronome_knows_ends_a_failed_write_back() -> None:
    found = known(document_in_ledger(0, CREATED), in_ledger(1, UNTOLD), in_ledger(2, SYNCED))

    assert found.documents == [CREATED]
    assert found.open_failure is None


def test_the_brokers_time_decides_across_partitions() -> None:
    assert newest(in_ledger(5, CREATED, partition=1), in_ledger(9, FAILED, partition=0)) == CREATED


@pytest.mark.parametrize(
    "strange", [b"?", b"[]", b'{"schema_version":1}', b'{"schema_version":1,"invoice_id":"x"}']
)
def test_a_record_that_is_not_an_outcome_says_nothing(strange: bytes) -> None:
    assert (
        newest(in_ledger(0, CREATED), record_in("invoice-outcomes", 1, strange, INVOICE_ID))
        == CREATED
    )


def test_an_outcome_with_half_a_surrogate_pair_is_read() -> None:
    strange = outcome(outcome="failed", failure_id="f1", reason="\ud800")

    assert newest(in_ledger(0, strange)) == strange


def test_an_invoice_is_open_if_it_failed_or_metronome_lacks_its_document() -> None:
    assert [is_open(each) for each in (FAILED, UNTOLD, CREATED, SYNCED)] == [
        True,
        True,
        False,
        False,
    ]


def test_a_document_stays_known_whatever_happens_to_its_invoice_afterwards() -> None:
    found = known(
        document_in_ledger(0, CREATED),
        in_ledger(1, CREATED),
        in_ledger(2, FAILED.model_copy(update={"settled_at": T + timedelta(days=1)})),
    )

    assert found.newest is not None
    assert (found.newest.outcome, [each.provider_document_id for each in found.documents]) == (
        "failed",
        ["9001"],
    )


def test_an_older_ledger_without_document_records_knows_a_document_by_its_event() -> None:
    found = known(in_ledger(0, CREATED), in_ledger(1, OTHER), in_ledger(2, FAILED))

    assert found.documents == [CREATED, OTHER]


def test_a_document_record_says_more_than_the_event_that_names_it() -> None:
    void = CREATED.model_copy(update={"stands": False, "settled_at": T + timedelta(days=3)})

    found = known(
        in_ledger(0, CREATED),
        in_ledger(1, FAILED),
        document_in_ledger(2, void),
        in_ledger(3, CREATED),
    )

    assert found.documents == [void]


def test_a_document_is_known_before_its_event_is_entered() -> None:
    assert known(document_in_ledger(0, CREATED)) == KnownInvoice(None, [CREATED])


def test_a_removed_document_is_known_and_does_not_stand() -> None:
    gone = CREATED.model_copy(update={"stands": False})
    found = known(document_in_ledger(0, gone), document_in_ledger(1, OTHER))

    assert (found.documents, found.standing) == ([gone, OTHER], [OTHER])


def test_a_tombstone_removes_the_record_of_its_key() -> None:
    gone = record_in("invoice-outcomes", 5, None, INVOICE_ID)
    key = document_in_ledger(0, CREATED).key or b""
    document_gone = record_in("invoice-outcomes", 6, None, key.decode())

    assert known(in_ledger(0, CREATED), in_ledger(1, FAILED), gone) == KnownInvoice()
    assert known(document_in_ledger(0, CREATED), in_ledger(1, FAILED), gone).documents == [CREATED]
    assert known(
        document_in_ledger(0, CREATED), in_ledger(1, FAILED), document_gone
    ) == KnownInvoice(FAILED)
    assert known(in_ledger(0, CREATED), gone, in_ledger(6, FAILED)) == KnownInvoice(FAILED)


def test_a_document_removed_by_a_tombstone_does_not_come_back_with_an_event() -> None:
    own = document_in_ledger(0, CREATED)
    gone = record_in("invoice-outcomes", 6, None, (own.key or b"").decode())

    assert known(own, in_ledger(1, CREATED), gone, in_ledger(7, FAILED)) == KnownInvoice(FAILED)
    assert known(own, in_ledger(1, CREATED), in_ledger(2, FAILED), gone) == KnownInvoice(FAILED)
    assert known(own, in_ledger(1, CREATED), gone, document_in_ledger(7, CREATED)).documents == [
        CREATED
    ]


def test_the_ledger_begins_with_its_oldest_entry() -> None:
    view = view_of(
        FakeBroker(
            [in_ledger(0, CREATED), in_ledger(1, FAILED.model_copy(update={"invoice_id": "b"}))]
        )
    )

    assert (view.first_entry(), view_of(FakeBroker([])).first_entry()) == (T, None)


def test_an_invoice_is_found_by_the_beginning_of_its_id_in_the_ledger_and_among_failures() -> None:
    failed = failure(failure_id="f1", invoice_id="77777777-3b1f", failed_at=T)
    view = view_of(
        FakeBroker([in_ledger(0, CREATED), document_in_ledger(1, CREATED), in_errors(0, failed)])
    )

    assert view.invoice_named(INVOICE_ID[:8]) == INVOICE_ID
    assert view.invoice_named("77777777") == "77777777-3b1f"
    assert view.invoice_named("88888888") == "88888888"


def test_a_customer_is_found_by_the_beginning_of_its_id_in_the_ledger_and_among_failures() -> None:
    created = outcome(customer_id="11111111-aaaa", settled_at=T)
    failed = failure(failure_id="f1", customer_id="22222222-aaaa", invoice_id="i-2", failed_at=T)
    other = failure(failure_id="f2", customer_id="22222222-bbbb", invoice_id="i-3", failed_at=T)
    view = view_of(
        FakeBroker(
            [
                in_ledger(0, created),
                document_in_ledger(1, created),
                in_errors(0, failed),
                in_errors(1, other),
            ]
        )
    )

    assert view.customer_named("11111111") == "11111111-aaaa"
    assert view.customer_named("22222222-b") == "22222222-bbbb"
    assert view.customer_named("33333333") == "33333333"
    with pytest.raises(InvalidRequest, match="22222222-aaaa, 22222222-bbbb"):
        view.customer_named("22222222")


def test_a_replay_is_found_by_the_beginning_of_its_id() -> None:
    ids = ("replay-20261101T060000.000000Z-4f2a9c", "replay-20261102T060000.000000Z-4f2a9c")
    decisions = [
        Decision(decision_id=each, kind="replay", subject=each, by="kim", at=T, via="cli")
        for each in ids
    ]
    lies = [
        record_in("invoice-decisions", number, each, each.subject)
        for number, each in enumerate(decisions)
    ]
    view = view_of(FakeBroker(lies))

    assert view.replay_named("replay-20261102") == ids[1]
    with pytest.raises(InvalidRequest, match=f"{ids[0]}, {ids[1]}"):
        view.replay_named("replay-202611")
