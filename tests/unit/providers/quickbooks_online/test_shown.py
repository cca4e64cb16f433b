"""What QuickBooks shows of a transaction, as far as it is compared."""

from decimal import Decimal
from typing import Any

import pytest

from invoice_providers.base import CreatedDocument
from invoice_providers.quickbooks_online.shown import read_created, read_found, read_held
from tests.builders import INVOICE_ID, formatted_invoice

SHOWN: dict[str, Any] = {
    "Id": "145",
    "PrivateNote": f"Metronome invoice {INVOICE_ID}",
    "TotalAmt": Decimal("100.00"),
    "CurrencyRef": {"value": "USD", "name": "United States Dollar"},
}
OURS = CreatedDocument("145", INVOICE_ID, Decimal("100.00"), "USD")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, OURS, id="id, note, total and currency"),
        pytest.param(
            {"TotalAmt": Decimal("119.00"), "TxnTaxDetail": {"TotalTax": 19}},
            OURS,
            id="tax is taken off",
        ),
        pytest.param({"Id": 145, "TotalAmt": "100.00"}, OURS, id="numbers and texts in each other's place"),
        pytest.param({"TotalAmt": 100}, CreatedDocument("145", INVOICE_ID, Decimal(100), "USD"), id="a whole number"),
        pytest.param(
            {"CurrencyRef": None}, CreatedDocument("145", INVOICE_ID, Decimal("100.00"), None), id="no currency said"
        ),
        pytest.param(
            {"PrivateNote": None},
            CreatedDocument("145", "not in its private note", Decimal("100.00"), "USD"),
            id="a note without our id is another's",
        ),
        pytest.param({"Id": None}, None, id="no id"),
    ],
)
def test_a_transaction(changes: dict[str, Any], expected: CreatedDocument | None) -> None:
    assert read_held({"Invoice": SHOWN | changes}, formatted_invoice()) == expected


def test_a_credit_memo_is_read_as_one() -> None:
    memo = formatted_invoice(document_type="credit_memo")

    assert read_held({"CreditMemo": SHOWN}, memo) == OURS
    assert read_held({"Invoice": SHOWN}, memo) is None


@pytest.mark.parametrize(
    ("note", "invoice_id"),
    [
        pytest.param(SHOWN["PrivateNote"], INVOICE_ID, id="ours"),
        pytest.param(None, None, id="none says nothing: the number and the amount are in the answer to our own call"),
        pytest.param("of another", "not in its private note", id="another's"),
    ],
)
def test_what_our_own_post_answers(note: str | None, invoice_id: str | None) -> None:
    created = read_created({"Invoice": SHOWN | {"PrivateNote": note}}, formatted_invoice())

    assert created == CreatedDocument("145", invoice_id, Decimal("100.00"), "USD")


@pytest.mark.parametrize(
    ("response", "found"),
    [
        pytest.param({}, [], id="an empty answer means that there is none"),
        pytest.param({"Invoice": []}, [], id="an empty list, too"),
        pytest.param({"Invoice": [SHOWN]}, ["145"], id="ours"),
        pytest.param({"Invoice": [SHOWN | {"Id": "9", "PrivateNote": ""}, SHOWN]}, ["145", "9"], id="ours goes first"),
    ],
)
def test_a_query(response: dict[str, Any], found: list[str]) -> None:
    read = read_found({"QueryResponse": response}, formatted_invoice())

    assert [each.document_id for each in read or []] == found
    assert read is not None


@pytest.mark.parametrize(
    "tree",
    [None, [], {}, {"QueryResponse": {"Invoice": {}}}, {"QueryResponse": {"Invoice": [{}]}}],
    ids=["not JSON", "a list", "no response", "no list", "unreadable"],
)
def test_what_is_no_answer_to_a_query_says_nothing(tree: Any) -> None:
    assert read_found(tree, formatted_invoice()) is None
