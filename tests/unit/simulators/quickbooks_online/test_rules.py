"""QuickBooks Online's rules for a transaction, one per row."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from invoice_simulators.quickbooks_online.rules import Rules
from invoice_simulators.quickbooks_online.settings import QuickBooksOnlineSettings
from invoice_simulators.wire import ApiError
from tests.unit.simulators.quickbooks_client import line

CENTS = Decimal("12.50")
BODY: dict[str, Any] = {
    "CustomerRef": {"value": "1"},
    "CurrencyRef": {"value": "EUR"},
    "Line": [line(CENTS)],
}


def _check(body: dict[str, Any], **settings: Any) -> None:
    Rules(replace(QuickBooksOnlineSettings(), **settings)).check(body)


def _without(name: str) -> dict[str, Any]:
    return {key: value for key, value in BODY.items() if key != name}


def _with(wrong: dict[str, Any]) -> dict[str, Any]:
    return BODY | {"Line": [line(CENTS), wrong]}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(BODY, id="the minimum"),
        pytest.param(_with(line(-CENTS)), id="a total of zero"),
        pytest.param(
            _with(line(Decimal("0.01"), Qty=Decimal("0.5"), UnitPrice=Decimal("0.01"))),
            id="rounded half up",
        ),
        pytest.param(_with(line(CENTS, Qty=3)), id="a quantity alone is for information"),
        pytest.param(
            _with({"DetailType": "DescriptionOnly", "Description": "x"}), id="a line of text"
        ),
        pytest.param(
            BODY | {"DocNumber": "x" * 21, "PrivateNote": "x" * 4000}, id="the longest texts"
        ),
    ],
)
def test_a_valid_transaction_is_accepted(body: dict[str, Any]) -> None:
    _check(body)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(_without("CustomerRef"), "2020", id="a customer"),
        pytest.param(_without("CurrencyRef"), "2020", id="a currency, with several in use"),
        pytest.param(_without("Line"), "2020", id="lines"),
        pytest.param(BODY | {"Line": []}, "2020", id="at least one line"),
        pytest.param(BODY | {"CustomerRef": {"value": "none"}}, "2500", id="a known customer"),
        pytest.param(_with(line(CENTS, ItemRef={"value": "none"})), "2500", id="a known item"),
        pytest.param(
            _with({"Amount": 1, "DetailType": "SalesItemLineDetail"}),
            "2020",
            id="an item on each line",
        ),
        pytest.param(
            _with(line(CENTS, Qty=2, UnitPrice=Decimal("6.24"))),
            "6070",
            id="amount = quantity x price",
        ),
        pytest.param(_with(line("1")), "2090", id="amounts are numbers"),
        pytest.param(_with(line(Decimal("0.005"))), "2090", id="amounts of whole cents"),
        pytest.param(_with(line(Decimal(-13))), "6000", id="no total below zero"),
        pytest.param(BODY | {"DocNumber": "x" * 22}, "2050", id="the length of the number"),
        pytest.param(BODY | {"PrivateNote": "x" * 4001}, "2050", id="the length of the note"),
        pytest.param(
            BODY | {"CustomerMemo": {"value": "x" * 1001}}, "2050", id="the length of the memo"
        ),
        pytest.param(
            _with(line(CENTS) | {"Description": "x" * 4001}),
            "2050",
            id="the length of a description",
        ),
        pytest.param(BODY | {"Memo": "x"}, "2010", id="known properties"),
    ],
)
def test_a_transaction_needs(body: dict[str, Any], code: str) -> None:
    with pytest.raises(ApiError) as caught:
        _check(body)

    assert caught.value.body["Fault"]["Error"][0]["code"] == code


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        pytest.param({"unknown_customers": ["1"]}, "2500", id="unknown customer"),
        pytest.param({"inactive_customers": ["1"]}, "610", id="inactive customer"),
        pytest.param({"inactive_items": ["2001"]}, "610", id="inactive item"),
        pytest.param({"closed_before": "2026-11-03"}, "6210", id="closed books"),
        pytest.param({"multicurrency": False}, "6000", id="one currency only"),
    ],
)
def test_a_company_may_refuse_more(settings: dict[str, Any], code: str) -> None:
    with pytest.raises(ApiError) as caught:
        _check(BODY | {"TxnDate": "2026-11-02"}, **settings)

    assert caught.value.body["Fault"]["Error"][0]["code"] == code
