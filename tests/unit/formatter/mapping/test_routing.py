from typing import Any

import pytest

from invoice_formatter.mapping.routing import destination_of, external_customer
from invoice_shared.errors import Rejected
from tests.unit.formatter.builders import invoice, rules


def fields(**values: Any) -> dict[str, Any]:
    return {
        "customer_custom_fields": {
            "netsuite_customer_id": "1042",
            "billing_destination": "netsuite",
        }
        | values
    }


@pytest.mark.parametrize(
    ("named", "destination"),
    [
        ("netsuite", "netsuite"),
        (" QuickBooks_Online ", "quickbooks_online"),
        ("RAZORPAY", "razorpay"),
    ],
)
def test_a_destination_is_read_regardless_of_case_and_blanks(named: str, destination: str) -> None:
    assert destination_of(invoice(**fields(billing_destination=named)), rules()) == destination


def test_the_customer_id_is_trimmed() -> None:
    assert external_customer(invoice(**fields(netsuite_customer_id=" 1042 ")), rules()) == "1042"


@pytest.mark.parametrize("value", [pytest.param("  ", id="blank"), pytest.param(None, id="null")])
def test_a_blank_customer_id_or_destination_counts_as_missing(value: str | None) -> None:
    with pytest.raises(Rejected) as no_customer:
        external_customer(invoice(**fields(netsuite_customer_id=value)), rules())
    with pytest.raises(Rejected) as no_destination:
        destination_of(invoice(**fields(billing_destination=value)), rules())

    assert no_customer.value.code == "customer-not-mapped"
    assert "netsuite_customer_id" in no_customer.value.reason
    assert no_destination.value.code == "destination-not-mapped"
    assert "billing_destination" in no_destination.value.reason


def test_an_unknown_destination_is_refused_with_the_names_of_the_known_ones() -> None:
    with pytest.raises(Rejected) as refused:
        destination_of(invoice(**fields(billing_destination="Xero")), rules())

    assert refused.value.code == "unknown-destination"
    assert "xero" in refused.value.reason
    assert "netsuite, quickbooks_online, razorpay" in refused.value.reason
