"""Whether a document at a provider matches the invoice."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from invoice_creator.comparison import may_be_of, ours_among, verify_same_document
from invoice_providers.base import Found
from invoice_providers.found import stands
from invoice_shared.errors import Rejected
from tests.builders import INVOICE_ID, formatted_invoice

OURS = Found(
    "7",
    INVOICE_ID,
    Decimal("100.00"),
    "USD",
    external_customer_id="1042",
    document_type="invoice",
    state="open",
)
INVOICE = formatted_invoice()


def refusal(*found: Found, is_forced: bool = False) -> str:
    with pytest.raises(Rejected) as refused:
        ours_among(INVOICE, found, is_forced=is_forced)
    assert refused.value.code == "conflicting-document"
    return refused.value.reason


@pytest.mark.parametrize(
    ("state", "is_standing"),
    [
        ("draft", True),
        ("open", True),
        ("paid", True),
        (None, True),
        ("void", False),
        ("deleted", False),
    ],
)
def test_a_matching_document_stands(state: Any, is_standing: bool) -> None:
    assert stands(replace(OURS, state=state)) is is_standing


@pytest.mark.parametrize("is_forced", [False, True], ids=["", "forced"])
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param(
            {"external_customer_id": "77"},
            "its customer is 77 instead of 1042",
            id="another customer",
        ),
        pytest.param(
            {"document_type": "credit_memo"},
            "its type is credit_memo instead of invoice",
            id="another type",
        ),
        pytest.param(
            {"total": Decimal("99.99")}, "its total is 99.99 instead of 100.00", id="another total"
        ),
        pytest.param(
            {"currency": "EUR"}, "its currency is EUR instead of USD", id="another currency"
        ),
        pytest.param(
            {"invoice_id": "other"},
            f"its invoice id is other instead of {INVOICE_ID}",
            id="another invoice",
        ),
    ],
)
def test_a_standing_document_that_differs_is_named_with_the_difference_even_if_forced(
    changes: dict[str, Any], said: str, is_forced: bool
) -> None:
    other = replace(OURS, **changes)

    assert said in refusal(other, is_forced=is_forced)
    with pytest.raises(Rejected, match="exists under this invoice's id"):
        verify_same_document(INVOICE, other)


def test_every_difference_is_named() -> None:
    reason = refusal(replace(OURS, external_customer_id="77", total=Decimal(1)))

    assert "its customer is 77 instead of 1042 and its total is 1 instead of 100.00" in reason


def test_a_field_that_the_provider_does_not_show_is_not_a_difference() -> None:
    assert verify_same_document(INVOICE, Found("7")) == Found("7")


@pytest.mark.parametrize("state", ["void", "deleted"])
def test_a_removed_document_is_created_again_only_if_a_person_asks_for_it(
    state: Any,
) -> None:
    gone = replace(OURS, state=state)

    assert "Document 7 of this invoice was" in refusal(gone)
    assert ours_among(INVOICE, [gone], is_forced=True) is None
    with pytest.raises(Rejected):
        verify_same_document(INVOICE, gone)


@pytest.mark.parametrize(("state", "is_said"), [("void", True), ("deleted", False)])
def test_an_id_that_a_voided_document_keeps_has_to_be_cleared_first(
    state: Any, is_said: bool
) -> None:
    gone = replace(OURS, state=state)

    with pytest.raises(Rejected) as refused:
        verify_same_document(INVOICE, gone, void_keeps="external id")

    assert ("first clear its external id" in refused.value.reason) is is_said


@pytest.mark.parametrize(
    ("changes", "is_so"),
    [
        pytest.param({}, True, id="it carries the id"),
        pytest.param({"invoice_id": None}, True, id="it shows no id"),
        pytest.param({"invoice_id": "4711"}, True, id="another id, the same customer"),
        pytest.param(
            {"invoice_id": "4711", "external_customer_id": "77"},
            False,
            id="another invoice's altogether",
        ),
    ],
)
def test_a_document_that_metronome_names_may_belong_to_the_invoice(
    changes: dict[str, Any], is_so: bool
) -> None:
    assert may_be_of(INVOICE, replace(OURS, **changes)) is is_so


def test_ours_is_found_among_others() -> None:
    gone = replace(OURS, document_id="5", state="void")
    other = replace(OURS, document_id="6", total=Decimal(1))

    assert ours_among(INVOICE, [gone, other, OURS], is_forced=False) == OURS


def test_if_nothing_is_found_nothing_is_ours() -> None:
    assert ours_among(INVOICE, [], is_forced=False) is None
