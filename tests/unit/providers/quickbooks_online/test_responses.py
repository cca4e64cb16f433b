"""What QuickBooks shows of a transaction, as far as it is compared."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from invoice_providers.base import Found
from invoice_providers.quickbooks_online.responses import read_created, read_query, read_transaction
from tests.builders import INVOICE_ID, formatted_invoice

SHOWN: dict[str, Any] = {
    "Id": "145",
    "PrivateNote": f"Metronome invoice {INVOICE_ID}",
    "TotalAmt": Decimal("100.00"),
    "Balance": Decimal("100.00"),
    "CurrencyRef": {"value": "USD", "name": "United States Dollar"},
    "CustomerRef": {"value": "1042", "name": "Initech"},
}
OURS = Found(
    "145",
    INVOICE_ID,
    Decimal("100.00"),
    "USD",
    external_customer_id="1042",
    document_type="invoice",
    state="open",
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, OURS, id="everything that is compared"),
        pytest.param(
            {"TotalAmt": Decimal("119.00"), "TxnTaxDetail": {"TotalTax": 19}},
            OURS,
            id="tax is taken off",
        ),
        pytest.param(
            {"Id": 145, "TotalAmt": "100.00"}, OURS, id="numbers as text and text as numbers"
        ),
        pytest.param({"TotalAmt": 100}, OURS, id="a whole number"),
        pytest.param({"CurrencyRef": None}, replace(OURS, currency=None), id="no currency shown"),
        pytest.param(
            {"PrivateNote": None},
            replace(OURS, invoice_id="not in its private note"),
            id="a note without our id is another's",
        ),
        pytest.param(
            {"CustomerRef": {"name": "Initech"}},
            replace(OURS, external_customer_id=None),
            id="no customer shown",
        ),
        pytest.param({"Balance": Decimal("40.00")}, OURS, id="partly paid"),
        pytest.param({"Balance": 0}, replace(OURS, state="paid"), id="paid"),
        pytest.param(
            {
                "TotalAmt": 0,
                "Balance": 0,
                "PrivateNote": f"Voided - Metronome invoice {INVOICE_ID}",
            },
            replace(OURS, total=Decimal(0), state="void"),
            id="voided",
        ),
        pytest.param(
            {"TotalAmt": 0, "Balance": 0},
            replace(OURS, total=Decimal(0)),
            id="a total of zero, not voided",
        ),
        pytest.param(
            {"PrivateNote": f"Voided once, and created again: {INVOICE_ID}"},
            OURS,
            id="a note alone voids nothing",
        ),
        pytest.param({"Balance": None}, replace(OURS, state=None), id="no balance shown"),
        pytest.param(
            {"TotalAmt": None}, replace(OURS, total=None, state=None), id="no total shown"
        ),
        pytest.param({"Id": None}, None, id="no id"),
    ],
)
def test_a_transaction_is_read(changes: dict[str, Any], expected: Found | None) -> None:
    assert read_transaction({"Invoice": SHOWN | changes}, "invoice", INVOICE_ID) == expected


def test_a_credit_memo_is_read_as_one() -> None:
    memo = replace(OURS, document_type="credit_memo")

    assert read_transaction({"CreditMemo": SHOWN}, "credit_memo", INVOICE_ID) == memo
    assert read_transaction({"Invoice": SHOWN}, "credit_memo", INVOICE_ID) is None


@pytest.mark.parametrize(
    ("note", "invoice_id"),
    [
        pytest.param(SHOWN["PrivateNote"], INVOICE_ID, id="ours"),
        pytest.param(
            None,
            None,
            id="none says nothing: the number and the amount are in the answer to our own call",
        ),
        pytest.param("of another", "not in its private note", id="another's"),
    ],
)
def test_the_answer_to_our_own_post_is_read(note: str | None, invoice_id: str | None) -> None:
    created = read_created({"Invoice": SHOWN | {"PrivateNote": note}}, formatted_invoice())

    assert created == replace(OURS, invoice_id=invoice_id)


@pytest.mark.parametrize(
    ("response", "found"),
    [
        pytest.param({}, [], id="an empty answer means that there is none"),
        pytest.param({"Invoice": []}, [], id="an empty list, too"),
        pytest.param({"Invoice": [SHOWN]}, ["145"], id="ours"),
        pytest.param(
            {"Invoice": [SHOWN | {"Id": "9", "PrivateNote": ""}, SHOWN]}, ["9", "145"], id="two"
        ),
    ],
)
def test_the_answer_to_a_query_is_read(response: dict[str, Any], found: list[str]) -> None:
    read = read_query({"QueryResponse": response}, formatted_invoice())

    assert [each.document_id for each in read or []] == found
    assert read is not None


@pytest.mark.parametrize(
    "tree",
    [None, [], {}, {"QueryResponse": {"Invoice": {}}}, {"QueryResponse": {"Invoice": [{}]}}],
    ids=["not JSON", "a list", "no response", "no list", "unreadable"],
)
def test_an_invalid_answer_to_a_query_says_nothing(tree: Any) -> None:
    assert read_query(tree, formatted_invoice()) is None
