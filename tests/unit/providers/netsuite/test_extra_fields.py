"""The kind of value that each extra field of NetSuite takes."""

from decimal import Decimal
from typing import Any

import pytest

from invoice_providers.netsuite.extra_fields import extra_fields, overridden
from invoice_shared.errors import Rejected


@pytest.mark.parametrize(
    ("key", "text", "sent"),
    [
        pytest.param("salesRep", "77", {"salesRep": {"id": "77"}}, id="a reference"),
        pytest.param("account", "123", {"account": {"id": "123"}}, id="an account"),
        pytest.param("postingPeriod", "208", {"postingPeriod": {"id": "208"}}, id="a period"),
        pytest.param("cseg_product", "12", {"cseg_product": {"id": "12"}}, id="a custom segment"),
        pytest.param("toBeEmailed", "false", {"toBeEmailed": False}, id="a boolean"),
        pytest.param("exchangeRate", "1.1", {"exchangeRate": Decimal("1.1")}, id="a number"),
        pytest.param(
            "custbody_po", "4500012345", {"custbody_po": "4500012345"}, id="digits are text"
        ),
        pytest.param("custbody_is_usage", "true", {"custbody_is_usage": True}, id="a checkbox"),
        pytest.param(
            "custbody_is_usage#text", "true", {"custbody_is_usage": "true"}, id="declared as text"
        ),
        pytest.param(
            "custbody_seats#number",
            "12.50",
            {"custbody_seats": Decimal("12.50")},
            id="declared as a number",
        ),
        pytest.param(
            "custbody_region#id",
            "5",
            {"custbody_region": {"id": "5"}},
            id="declared as an entry of a list",
        ),
        pytest.param(
            "custcol_tags#ids",
            "5, 6",
            {"custcol_tags": {"items": [{"id": "5"}, {"id": "6"}]}},
            id="several entries",
        ),
        pytest.param(
            "custbody_x#boolean", "False", {"custbody_x": False}, id="declared as a boolean"
        ),
    ],
)
def test_the_kind_follows_from_the_name_or_is_declared_after_it(
    key: str, text: str, sent: dict[str, Any]
) -> None:
    assert extra_fields({key: text}, "invoice") == sent


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        pytest.param(
            "exchangeRate",
            "high",
            'exchangeRate with "high", which is not a number',
            id="not a number",
        ),
        pytest.param(
            "custbody_n#number", "1E+999", "which is not a number", id="an endless number"
        ),
        pytest.param("toBeEmailed", "maybe", "which is neither true nor false", id="not a boolean"),
        pytest.param(
            "custbody_x#date",
            "1",
            'the unknown kind "#date" at custbody_x: use #text',
            id="not a kind",
        ),
    ],
)
def test_a_value_that_is_not_of_its_kind_is_refused_before_it_is_sent(
    key: str, text: str, said: str
) -> None:
    with pytest.raises(Rejected, match="Correct EXTRA_FIELDS") as refused:
        extra_fields({key: text}, "invoice")

    assert said in refused.value.reason


def test_a_kind_after_the_name_does_not_hide_what_is_ours() -> None:
    assert overridden({"amount#number": "1", "price": "2", "memo": "3"}) == {"amount", "price"}
