"""Which customers and items there are, as the simulated providers show it: what is not certain is
left out.
"""

from pathlib import Path

import pytest

from invoice_providers.base import Presence, Thing
from invoice_shared.errors import Unavailable
from tests.contract.provider_cases import NO_SUCH, controlled

LISTS = ("netsuite", "quickbooks_online")
THINGS: tuple[Thing, ...] = ("customer", "item")


@pytest.mark.parametrize("destination", LISTS)
@pytest.mark.parametrize("thing", THINGS)
def test_many_are_asked_for_at_once_inactive_ones_too(
    destination: str, thing: Thing, tmp_path: Path
) -> None:
    with controlled(destination, tmp_path) as (case, control):
        control.configure(inactive_customers=["7"], inactive_items=["7"])
        ids = ("1042", "7", NO_SUCH, "not a number", "1' or '1'='1")

        shown = case.connect().presence(thing, ids)

        expected: dict[str, Presence] = {"1042": "active", "7": "inactive"}
        assert shown == dict.fromkeys(ids, "missing") | expected
        assert len(control.requests("query")) == 1
        assert case.connect().presence(thing, ("not a number",)) == {"not a number": "missing"}
        assert len(control.requests("query")) == 1


@pytest.mark.parametrize("thing", THINGS)
def test_a_role_that_sees_no_record_at_netsuite_knows_nothing(thing: Thing, tmp_path: Path) -> None:
    with controlled("netsuite", tmp_path) as (case, control):
        control.configure(forbidden_record_types=[thing])

        shown = case.connect().presence(thing, ("1042", NO_SUCH, "ACME"))

        assert shown == {"ACME": "missing"}


@pytest.mark.parametrize(
    ("destination", "operation", "customer"),
    [
        ("netsuite", "query", "1042"),
        ("quickbooks_online", "query", "1042"),
        ("razorpay", "get-customer", "cust_AAAAAAAAAAAAAA"),
    ],
)
@pytest.mark.parametrize("fault", [{"kind": "reset-before"}, {"kind": "status"}])
def test_an_answer_that_is_not_one_says_nothing(
    destination: str, operation: str, customer: str, fault: dict[str, str], tmp_path: Path
) -> None:
    with controlled(destination, tmp_path) as (case, control):
        control.inject(fault["kind"], operation=operation)

        with pytest.raises(Unavailable):
            case.connect().presence("customer", (customer,))
