"""NetSuite's rules for a record, one per row."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from invoice_simulators.netsuite.rules import check_record, total_of
from invoice_simulators.netsuite.schema import RecordType
from invoice_simulators.netsuite.settings import NetSuiteSettings
from invoice_simulators.wire import ApiError

LINE: dict[str, Any] = {"item": {"id": "2001"}, "amount": Decimal("12.50")}
BODY: dict[str, Any] = {
    "externalId": "abc-1_x",
    "entity": {"id": "1001"},
    "item": {"items": [LINE]},
}


def _with_line(**changes: Any) -> dict[str, Any]:
    return BODY | {"item": {"items": [LINE, LINE | changes]}}


def _refusal(
    body: dict[str, Any], record_type: RecordType = "invoice", **settings: Any
) -> dict[str, str]:
    with pytest.raises(ApiError) as caught:
        check_record(record_type, body, replace(NetSuiteSettings(), **settings), strict_names=True)
    detail: dict[str, str] = caught.value.body["o:errorDetails"][0]
    return detail


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(BODY, id="the minimum"),
        pytest.param(_with_line(amount=Decimal(-5)), id="a negative line in a positive invoice"),
        pytest.param(_with_line(amount=Decimal("-12.5")), id="a total of zero with lines"),
        pytest.param(
            _with_line(custcol_period="2026-10", description="x", quantity=Decimal("0.001")),
            id="line fields",
        ),
        pytest.param(
            BODY | {"custbody_po": "1", "memo": "x" * 999, "dueDate": "2026-12-01"},
            id="header fields",
        ),
        pytest.param(
            BODY | {"customForm": {"refName": "Invoice form"}, "terms": {"id": "2"}},
            id="references",
        ),
    ],
)
def test_a_valid_record_is_accepted(body: dict[str, Any]) -> None:
    check_record("invoice", body, NetSuiteSettings(), strict_names=True)


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        pytest.param({"item": BODY["item"]}, "USER_ERROR", "entity", id="a customer"),
        pytest.param(
            BODY | {"entity": "1001"}, "INVALID_CONTENT", "entity", id="references are objects"
        ),
        pytest.param(
            BODY | {"entity": {"id": "cust-1"}}, "INVALID_CONTENT", "entity", id="a known customer"
        ),
        pytest.param(BODY | {"item": {"items": []}}, "USER_ERROR", "item", id="at least one line"),
        pytest.param({"entity": {"id": "1"}}, "USER_ERROR", "item", id="an item sublist"),
        pytest.param(
            _with_line(item={"id": "x"}), "INVALID_CONTENT", "item.items[1].item", id="a known item"
        ),
        pytest.param(
            _with_line(amount="12"),
            "INVALID_CONTENT",
            "item.items[1].amount",
            id="amounts are numbers",
        ),
        pytest.param(
            _with_line(amount=Decimal("0.001")),
            "INVALID_CONTENT",
            "item.items[1].amount",
            id="2 decimals",
        ),
        pytest.param(_with_line(amount=Decimal(-13)), "USER_ERROR", None, id="no total below zero"),
        pytest.param(
            BODY | {"currency": {"id": "99"}}, "INVALID_CONTENT", "currency", id="a known currency"
        ),
        pytest.param(BODY | {"memmo": "x"}, "INVALID_CONTENT", "memmo", id="known header names"),
        pytest.param(
            _with_line(amout=1), "INVALID_CONTENT", "item.items[1].amout", id="known line names"
        ),
        pytest.param(
            _with_line(custbody_x=1),
            "INVALID_CONTENT",
            "item.items[1].custbody_x",
            id="header field on a line",
        ),
        pytest.param(BODY | {"memo": "x" * 1000}, "USER_ERROR", "memo", id="field lengths"),
        pytest.param(
            BODY | {"tranDate": "02.11.2026"},
            "INVALID_CONTENT",
            "tranDate",
            id="dates as YYYY-MM-DD",
        ),
        pytest.param(
            BODY | {"externalId": "a|b"},
            "INVALID_CONTENT",
            "externalId",
            id="characters of an external id",
        ),
    ],
)
def test_a_record_needs(body: dict[str, Any], code: str, path: str | None) -> None:
    refused = _refusal(body)

    assert (refused["o:errorCode"], refused.get("o:errorPath")) == (code, path)


def test_a_line_needs_an_item_and_an_amount() -> None:
    assert (
        _refusal(BODY | {"item": {"items": [{"amount": 1}]}})["o:errorPath"] == "item.items[0].item"
    )
    assert (
        _refusal(BODY | {"item": {"items": [{"item": {"id": "1"}}]}})["o:errorPath"]
        == "item.items[0].amount"
    )


def test_a_total_below_zero_is_refused_with_the_known_message() -> None:
    assert "The total can not be negative" in _refusal(_with_line(amount=Decimal(-13)))["detail"]


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        pytest.param({"unknown_customers": ["1001"]}, "entity", id="unknown customer"),
        pytest.param({"inactive_customers": ["1001"]}, "entity", id="inactive customer"),
        pytest.param({"unknown_items": ["2001"]}, "item.items[0].item", id="unknown item"),
        pytest.param({"inactive_items": ["2001"]}, "item.items[0].item", id="inactive item"),
        pytest.param({"closed_before": "2026-11-03"}, "tranDate", id="closed period"),
        pytest.param(
            {"custom_fields": ["custbody_po"]},
            "custbody_other",
            id="a custom field that does not exist",
        ),
    ],
)
def test_an_account_may_refuse_more(settings: dict[str, Any], path: str) -> None:
    body = BODY | {"tranDate": "2026-11-02"}
    if "custom_fields" in settings:
        body |= {"custbody_po": "1", "custbody_other": "2"}

    assert _refusal(body, **settings)["o:errorPath"] == path


@pytest.mark.parametrize("name", ["dueDate", "startDate", "endDate", "terms"])
def test_a_credit_memo_does_not_accept(name: str) -> None:
    value = {"id": "1"} if name == "terms" else "2026-11-02"

    assert _refusal(BODY | {name: value}, "creditMemo")["o:errorPath"] == name


def test_without_an_amount_the_rate_is_rounded_before_it_is_multiplied() -> None:
    line = {"item": {"id": "1"}, "quantity": Decimal(1_000_000), "rate": Decimal("0.000000014")}

    assert total_of({"item": {"items": [line]}}) == Decimal("0.01")
