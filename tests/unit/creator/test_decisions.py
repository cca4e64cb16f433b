from decimal import Decimal
from typing import Any

import pytest

from invoice_creator.decisions import DecisionBook
from invoice_shared.decision import Decision
from invoice_shared.errors import Rejected
from tests.builders import CUSTOMER_ID, FINALIZED_AT, INVOICE_ID, formatted_invoice, line_item

INCLUDED = (("replay-include-resolved", b"1"),)


def decision(kind: str, subject: str = INVOICE_ID, **changes: Any) -> Decision:
    valid = {
        "decision_id": "d-1",
        "by": "ada",
        "why": "billed by hand",
        "at": FINALIZED_AT,
        "via": "cli",
    }
    return Decision.model_validate(valid | {"kind": kind, "subject": subject} | changes)


def approval(**changes: Any) -> Decision:
    approved: dict[str, Any] = {
        "total": Decimal("100.00"),
        "currency": "USD",
        "destination": "netsuite",
        "external_customer_id": "1042",
    }
    return decision("approve", **(approved | changes))


def book(*decisions: Decision, **hold_above: str) -> DecisionBook:
    noted = DecisionBook(
        {("*" if code == "any" else code): Decimal(bound) for code, bound in hold_above.items()}
    )
    for each in decisions:
        noted.note(each)
    return noted


def test_a_resolved_invoice_is_held_back() -> None:
    resolution = decision("resolve", failure_id="f" * 64)

    assert book(resolution).resolution(INVOICE_ID, ()) is resolution
    assert book(resolution).resolution("another", ()) is None


def test_a_replay_that_includes_resolved_invoices_lets_a_resolved_one_through() -> None:
    assert book(decision("resolve")).resolution(INVOICE_ID, INCLUDED) is None


def test_a_destination_is_paused_until_it_is_resumed() -> None:
    paused = decision("pause", "netsuite")

    assert book(paused).pause("netsuite") is paused
    assert book(paused).pause("razorpay") is None
    assert book(paused, decision("resume", "netsuite")).pause("netsuite") is None


@pytest.mark.parametrize(
    ("bounds", "total", "is_held"),
    [
        pytest.param({}, "1000000.00", False, id="nothing is held by default"),
        pytest.param({"USD": "100.00"}, "100.00", True, id="the bound itself is held"),
        pytest.param({"USD": "100.01"}, "100.00", False, id="below the bound"),
        pytest.param({"EUR": "1"}, "100.00", False, id="another currency's bound"),
        pytest.param({"any": "50"}, "100.00", True, id="any currency"),
        pytest.param(
            {"USD": "500", "any": "50"}, "100.00", False, id="a currency's own bound comes first"
        ),
        pytest.param({"any": "0"}, "0.00", True, id="a shadow run holds even zero"),
    ],
)
def test_an_invoice_whose_total_reaches_the_bound_is_held(
    bounds: dict[str, str], total: str, is_held: bool
) -> None:
    asked = formatted_invoice(total=Decimal(total), line_items=(line_item(amount=Decimal(total)),))

    if is_held:
        with pytest.raises(Rejected) as held:
            book(**bounds).check_approved(asked)
        assert (held.value.code, held.value.retryable) == ("held-for-approval", True)
    else:
        book(**bounds).check_approved(asked)


def test_a_credit_memo_is_held_by_its_absolute_total_and_approved_with_its_sign() -> None:
    memo = formatted_invoice(document_type="credit_memo")

    book(approval(total=Decimal("-100.00")), any="50").check_approved(memo)
    with pytest.raises(Rejected):
        book(approval(), any="50").check_approved(memo)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"total": Decimal("99.00")}, id="another total"),
        pytest.param({"currency": "EUR"}, id="another currency"),
        pytest.param({"destination": "razorpay"}, id="another destination"),
        pytest.param({"external_customer_id": "7"}, id="another customer"),
        pytest.param({"subject": CUSTOMER_ID}, id="another invoice"),
    ],
)
def test_an_approval_covers_only_what_was_approved(other: dict[str, Any]) -> None:
    book(approval(), any="0").check_approved(formatted_invoice())

    with pytest.raises(Rejected):
        book(approval(**other), any="0").check_approved(formatted_invoice())
