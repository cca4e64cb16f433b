"""Approving held invoices: which ones, on which facts, and how they start over."""

from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from invoice_operations.approve.facts import approved_facts
from invoice_operations.approve.run import approve, chosen_by_id, held, look, replay_request
from invoice_operations.decide.decider import Person
from invoice_operations.errors import InvalidRequest, NeedsAttention, NotFound
from invoice_operations.replay.ids import new_id
from invoice_operations.replay.run import Replay
from invoice_operations.selection import Selection
from invoice_shared.decision import Decision
from invoice_shared.failure import InvoiceFailure, Original
from invoice_shared.original import original_of
from invoice_shared.record import Record
from invoice_shared.serde import from_bytes, to_bytes
from tests.builders import failure, formatted_invoice, line_item, outcome
from tests.fakes import START
from tests.unit.operations.builders import in_errors, in_ledger
from tests.unit.operations.world import FakeInstallation

KIM = Person("kim", "cli")
ID = new_id(START, "4f2a9c")
EARLIER = START - timedelta(hours=1)


def held_failure(name: str, **changes: Any) -> InvoiceFailure:
    document = formatted_invoice(invoice_id=name, **changes.pop("document", {}))
    facts = {
        "failure_id": f"{name}0123456789",
        "invoice_id": name,
        "stage": "creator",
        "code": "held-for-approval",
        "destination": document.destination,
        "failed_at": EARLIER,
        "source": {
            "topic": "formatted-invoices",
            "partition": 0,
            "offset": 7,
            "timestamp": EARLIER,
        },
        "original": original_of(name.encode(), (), to_bytes(document)),
    }
    return failure(**(facts | changes))


def records_in(*failures: InvoiceFailure) -> list[Record]:
    return [in_errors(number, each) for number, each in enumerate(failures)]


def decisions(installation: FakeInstallation) -> list[Decision]:
    return [
        from_bytes(Decision, each.value) for each in installation.broker.to("invoice-decisions")
    ]


def test_an_approval_is_recorded_with_its_facts_before_the_invoice_starts_over() -> None:
    installation = FakeInstallation(
        records_in(held_failure("a"), held_failure("b", code="provider-rejected"))
    )
    chosen = held(Selection())
    replay = Replay(ID, replay_request(chosen), installation, KIM)

    approval = look(chosen, installation)
    plan = replay.plan()
    approve(approval, "looked at it", installation, KIM)
    assert replay.send(None, Event(), lambda: None)

    approved, replayed = decisions(installation)
    assert (approved.kind, approved.subject, approved.failure_id) == ("approve", "a", "a0123456789")
    assert (approved.by, approved.why) == ("kim", "looked at it")
    facts = (
        str(approved.total),
        approved.currency,
        approved.destination,
        approved.external_customer_id,
    )
    assert facts == ("100.00", "USD", "netsuite", "1042")
    assert (replayed.kind, replayed.count, plan.selected) == ("replay", 1, 1)
    assert [each.topic for each in installation.broker.published] == [
        "invoice-decisions",
        "invoice-decisions",
        "raw-invoices",
    ]
    (again,) = installation.broker.to("raw-invoices")
    assert dict(again.headers)["replay-id"] == ID.encode()
    assert "replay-force" not in dict(again.headers)


def test_a_credit_memo_is_approved_with_metronomes_sign() -> None:
    memo = {
        "document_type": "credit_memo",
        "total": "5.00",
        "line_items": (line_item(amount="5.00"),),
    }

    facts = approved_facts(held_failure("a", document=memo))

    assert facts is not None
    assert str(facts["total"]) == "-5.00"


def test_the_loop_guard_lets_an_approved_invoice_through() -> None:
    often = original_of(
        b"a", (("replay-count", b"9"),), to_bytes(formatted_invoice(invoice_id="a"))
    )
    installation = FakeInstallation(records_in(held_failure("a", original=often)))

    assert Replay(ID, replay_request(held(Selection())), installation, KIM).plan().selected == 1


def test_an_invoice_that_was_settled_or_deleted_meanwhile_is_not_approved() -> None:
    ledger = [
        in_ledger(0, outcome(invoice_id="a", settled_at=START)),
        in_ledger(
            1,
            outcome(
                invoice_id="c",
                outcome="failed",
                stage="creator",
                code="held-for-approval",
                failure_id="c0123456789",
                settled_at=EARLIER,
            ),
        ),
    ]
    cut = held_failure("b", original=Original(key="b", omitted=10_000_000))
    installation = FakeInstallation([*records_in(held_failure("a"), cut), *ledger])

    approval = look(held(Selection()), installation)

    assert approval.subjects == ()
    assert {case.invoice_id for case in approval.unknown} == {"b", "c"}


def test_a_failure_can_be_named_by_the_first_digits_of_its_id() -> None:
    first = held_failure("a")
    second = held_failure("b")
    installation = FakeInstallation(records_in(first, second))

    chosen = chosen_by_id(["b0123456"], installation.view())

    assert [case.invoice_id for case, _facts in look(held(chosen), installation).subjects] == ["b"]


@pytest.mark.parametrize(
    ("named", "error"),
    [
        pytest.param("c0123456", NotFound, id="unknown"),
        pytest.param("b0123456", InvalidRequest, id="not held"),
        pytest.param("d0123456", NeedsAttention, id="created meanwhile"),
    ],
)
def test_a_failure_that_is_not_held_is_not_approved(named: str, error: type[Exception]) -> None:
    failures = (held_failure("a"), held_failure("b", code="provider-rejected"), held_failure("d"))
    created = in_ledger(0, outcome(invoice_id="d", settled_at=START))
    view = FakeInstallation([*records_in(*failures), created]).view()

    with pytest.raises(error):
        chosen_by_id(["a0123456", named], view)


def test_a_filter_approves_nothing_but_held_invoices() -> None:
    with pytest.raises(InvalidRequest, match="held-for-approval"):
        held(Selection(codes=frozenset({"provider-rejected"})))
