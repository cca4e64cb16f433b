"""What NetSuite shows of a record, as far as it is compared."""

from decimal import Decimal
from typing import Any

import pytest

from invoice_providers.base import CreatedDocument
from invoice_providers.netsuite.payload import Options
from invoice_providers.netsuite.shown import read_record
from tests.builders import formatted_invoice

SHOWN = {"id": "1001", "externalId": "i-1", "total": Decimal("100.00"), "currency": {"id": "1", "refName": "US Dollar"}}
IDS = Options({"USD": "1", "EUR": "4"})


def test_id_total_and_currency_are_read() -> None:
    assert read_record(SHOWN, formatted_invoice(), IDS) == CreatedDocument("1001", "i-1", Decimal("100.00"), "USD")


@pytest.mark.parametrize(
    ("shown", "total"),
    [
        pytest.param({"total": Decimal("119.00"), "taxTotal": Decimal("19.00")}, "100.00", id="tax is taken off"),
        pytest.param({"total": 114, "taxTotal": 5, "tax2Total": 9}, "100", id="both Canadian taxes are taken off"),
        pytest.param({"total": 100, "taxTotal": None}, "100", id="no tax"),
    ],
)
def test_the_total_is_net_of_tax(shown: dict[str, Any], total: str) -> None:
    found = read_record(SHOWN | shown, formatted_invoice(), IDS)

    assert found is not None
    assert found.total == Decimal(total)


@pytest.mark.parametrize("sign", [1, -1], ids=["as the record shows it", "as reports show it"])
def test_a_credit_memos_total_is_positive(sign: int) -> None:
    memo = formatted_invoice(document_type="credit_memo")

    found = read_record(SHOWN | {"total": sign * Decimal("100.00")}, memo, IDS)

    assert found is not None
    assert found.total == Decimal("100.00")


def test_a_currency_without_an_id_of_ours_is_another_currency() -> None:
    found = read_record(SHOWN | {"currency": {"id": "9", "refName": "Yen"}}, formatted_invoice(), IDS)

    assert found is not None
    assert found.currency == "Yen (internal id 9)"


def test_without_ids_the_currency_is_not_compared() -> None:
    found = read_record(SHOWN, formatted_invoice(), Options())

    assert found is not None
    assert found.currency is None


@pytest.mark.parametrize("tree", [None, [], {}, {"id": None}], ids=["not JSON", "a list", "no id", "a null id"])
def test_what_is_no_record_is_nothing(tree: Any) -> None:
    assert read_record(tree, formatted_invoice(), IDS) is None
