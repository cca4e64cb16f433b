"""What NetSuite shows of a record, as far as it is compared."""

from decimal import Decimal
from typing import Any

import pytest

from invoice_providers.base import Found
from invoice_providers.netsuite.payload import Options
from invoice_providers.netsuite.responses import read_record

SHOWN = {
    "id": "1001",
    "externalId": "i-1",
    "entity": {"id": "1042", "refName": "Customer 1042"},
    "status": {"id": "Open", "refName": "Open"},
    "total": Decimal("100.00"),
    "currency": {"id": "1", "refName": "US Dollar"},
}
IDS = Options({"USD": "1", "EUR": "4"})


def test_a_record_is_read() -> None:
    assert read_record(SHOWN, "invoice", IDS) == Found(
        "1001",
        "i-1",
        Decimal("100.00"),
        "USD",
        external_customer_id="1042",
        document_type="invoice",
        state="open",
    )


@pytest.mark.parametrize(
    ("status", "state"),
    [
        pytest.param({"id": "A", "refName": "Open"}, "open", id="open, by letter"),
        pytest.param({"id": "B", "refName": "Paid In Full"}, "paid", id="paid, by letter"),
        pytest.param({"id": "Paid In Full"}, "paid", id="paid, by name"),
        pytest.param(
            {"id": "Fully Applied", "refName": "Fully Applied"},
            "paid",
            id="a credit memo that is used up",
        ),
        pytest.param({"id": "V", "refName": "Voided"}, "void", id="voided"),
        pytest.param({"id": "7", "refName": "Voided"}, "void", id="an id that says nothing"),
        pytest.param({"id": "D", "refName": "Pending Approval"}, "draft", id="not approved yet"),
        pytest.param({"id": "Rejected"}, "draft", id="not approved"),
        pytest.param({"id": "Z", "refName": "New in 2027"}, None, id="unknown"),
        pytest.param({"id": None}, None, id="empty"),
        pytest.param("Open", None, id="not an object"),
        pytest.param(None, None, id="not shown"),
    ],
)
def test_a_status_is_a_state(status: Any, state: str | None) -> None:
    found = read_record(SHOWN | {"status": status}, "invoice", IDS)

    assert found is not None
    assert found.state == state


@pytest.mark.parametrize(
    ("entity", "customer"),
    [({"id": 1042}, "1042"), ({"id": None}, None), ({}, None), (None, None), ("1042", None)],
    ids=["a number", "null", "empty", "not shown", "not an object"],
)
def test_the_customer_is_read_if_shown(entity: Any, customer: str | None) -> None:
    found = read_record(SHOWN | {"entity": entity}, "invoice", IDS)

    assert found is not None
    assert found.external_customer_id == customer


@pytest.mark.parametrize(
    ("shown", "total"),
    [
        pytest.param(
            {"total": Decimal("119.00"), "taxTotal": Decimal("19.00")},
            "100.00",
            id="tax is taken off",
        ),
        pytest.param(
            {"total": 114, "taxTotal": 5, "tax2Total": 9},
            "100",
            id="both Canadian taxes are taken off",
        ),
        pytest.param({"total": 100, "taxTotal": None}, "100", id="no tax"),
    ],
)
def test_the_total_is_net_of_tax(shown: dict[str, Any], total: str) -> None:
    found = read_record(SHOWN | shown, "invoice", IDS)

    assert found is not None
    assert found.total == Decimal(total)


@pytest.mark.parametrize("sign", [1, -1], ids=["as the record shows it", "as reports show it"])
def test_a_credit_memos_total_is_positive(sign: int) -> None:
    found = read_record(SHOWN | {"total": sign * Decimal("100.00")}, "credit_memo", IDS)

    assert found is not None
    assert (found.total, found.document_type) == (Decimal("100.00"), "credit_memo")


def test_a_currency_without_an_id_of_ours_is_another_currency() -> None:
    found = read_record(SHOWN | {"currency": {"id": "9", "refName": "Yen"}}, "invoice", IDS)

    assert found is not None
    assert found.currency == "Yen (internal id 9)"


def test_without_ids_the_currency_is_not_compared() -> None:
    found = read_record(SHOWN, "invoice", Options())

    assert found is not None
    assert found.currency is None


@pytest.mark.parametrize(
    "tree", [None, [], {}, {"id": None}], ids=["not JSON", "a list", "no id", "a null id"]
)
def test_an_answer_that_is_not_a_record_is_nothing(tree: Any) -> None:
    assert read_record(tree, "invoice", IDS) is None
