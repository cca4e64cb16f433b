from dataclasses import replace
from typing import Any

import pytest

from invoice_operations.decide.decider import Person
from invoice_operations.errors import InvalidRequest, NeedsAttention
from invoice_operations.resolve.resolution import Entries, Resolution, entries
from invoice_operations.view.cases import Case, Place, State, case_of, remembered
from invoice_operations.view.invoice_state import KnownInvoice
from invoice_shared.outcome import Outcome
from invoice_shared.serde import from_bytes, to_bytes
from tests.builders import INVOICE_ID, failure, outcome
from tests.fakes import START

CASE = case_of(failure(), Place("invoice-errors", 0, 1))
FAILED = outcome(
    outcome="failed", provider_document_id=None, account="1234567", external_customer_id="1042"
)
KIM = Person("kim", "cli")


def resolved(
    case: Case,
    newest: Outcome | None,
    *,
    who: str = "kim",
    why: str = "billed by hand",
    **asked: Any,
) -> Entries:
    known = KnownInvoice(newest, asked.pop("documents", []))
    return entries(
        case, known, Resolution(case.failure_id, why, **asked), Person(who, "cli"), START
    )


def test_who_and_why_are_added_to_the_known_facts_of_the_invoice() -> None:
    entered = resolved(CASE, outcome(outcome="failed"), who=" kim ", why=" billed by hand ").event

    assert (entered.outcome, entered.resolved_by, entered.reason) == (
        "resolved",
        "kim",
        "billed by hand",
    )
    assert (entered.failure_id, entered.code, entered.stage) == (
        CASE.failure_id,
        CASE.code,
        CASE.stage,
    )
    assert (str(entered.total), entered.settled_at) == ("100.00", START)


def test_a_failure_without_an_invoice_is_entered_under_its_records_key() -> None:
    nameless = case_of(failure(invoice_id=None), Place("invoice-errors", 0, 1))

    entered = resolved(nameless, None, why="Metronome resent it").event

    assert entered.invoice_id == nameless.key != INVOICE_ID


def test_an_entry_can_be_read_back_whatever_was_known() -> None:
    forgotten = remembered(INVOICE_ID, outcome(outcome="failed", failure_id="f9"))

    entered = resolved(forgotten, None, document_id="4711", destination="netsuite")

    for each in (entered.event, *entered.documents):
        assert from_bytes(Outcome, to_bytes(each)) == each


def test_a_document_made_by_hand_gets_its_own_entry_with_the_known_facts_of_the_invoice() -> None:
    case = replace(CASE, destination="netsuite")

    entered = resolved(case, FAILED, document_id=" 4711 ")

    (document,) = entered.documents
    assert entered.by_hand == document
    assert document.document_key is not None
    assert document.document_key.encode() == f"{INVOICE_ID}#document:netsuite:4711".encode()
    assert (document.outcome, document.stands, document.total) == ("created", True, FAILED.total)
    assert (document.failure_id, document.code, document.external_customer_id) == (
        None,
        None,
        "1042",
    )
    assert (entered.event.provider_document_id, entered.event.destination) == ("4711", "netsuite")


def test_a_document_at_another_destination_does_not_get_this_ones_account_and_customer() -> None:
    (document,) = resolved(CASE, FAILED, document_id="4711", destination="razorpay").documents

    assert (document.destination, document.account, document.external_customer_id) == (
        "razorpay",
        None,
        None,
    )


def test_a_known_document_keeps_its_facts() -> None:
    known = outcome(provider_document_id="4711", total="99.00", stands=False)

    (document,) = resolved(
        CASE, FAILED, document_id="4711", destination="netsuite", documents=[known]
    ).documents

    assert (str(document.total), document.stands) == ("99.00", True)


def test_a_document_named_only_by_the_replaced_event_gets_its_own_entry() -> None:
    created = outcome(
        failure_id=CASE.failure_id, stage="writeback", code="writeback-refused", reason="no"
    )

    entered = resolved(CASE, created, documents=[created])

    (document,) = entered.documents
    assert (document.document_key, document.failure_id, document.code) == (
        created.document_key,
        None,
        None,
    )
    assert (entered.event.outcome, entered.event.provider_document_id) == ("resolved", "9001")


@pytest.mark.parametrize("state", ["created", "skipped", "resolved", "superseded"])
def test_a_closed_failure_is_not_resolved(state: State) -> None:
    with pytest.raises(NeedsAttention):
        resolved(replace(CASE, state=state), None, why="because")


@pytest.mark.parametrize(("who", "why"), [("kim", "  "), ("", "because")])
def test_who_and_why_are_required(who: str, why: str) -> None:
    with pytest.raises(InvalidRequest, match="who resolved it and why"):
        resolved(CASE, None, who=who, why=why)


NAMELESS = case_of(failure(invoice_id=None), Place("invoice-errors", 0, 1))


@pytest.mark.parametrize(
    ("case", "asked", "said"),
    [
        pytest.param(CASE, {"document_id": "4711"}, "--destination", id="no destination"),
        pytest.param(
            CASE,
            {"document_id": "4711", "destination": "sap"},
            "use one of",
            id="an unknown destination",
        ),
        pytest.param(
            CASE,
            {"document_id": " ", "destination": "netsuite"},
            "--document-id",
            id="no document id",
        ),
        pytest.param(
            CASE, {"destination": "netsuite"}, "use both", id="a destination without a document"
        ),
        pytest.param(
            NAMELESS, {"document_id": "4711"}, "names no invoice", id="a failure without an invoice"
        ),
    ],
)
def test_a_document_that_makes_no_sense_is_refused(
    case: Case, asked: dict[str, str], said: str
) -> None:
    with pytest.raises(InvalidRequest, match=said):
        resolved(case, FAILED, **asked)
