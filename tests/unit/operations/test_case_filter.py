from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from invoice_operations.case_filter import CaseFilter
from invoice_operations.view.cases import Place, case_of
from tests.builders import CUSTOMER_ID, INVOICE_ID, failure

CASE = case_of(failure(destination="netsuite"), Place("invoice-errors", 0, 1))
T = CASE.failed_at


@pytest.mark.parametrize(
    ("wanted", "other"),
    [
        ({"since": T}, {"since": T + timedelta(seconds=1)}),
        ({"until": T + timedelta(seconds=1)}, {"until": T}),
        ({"invoice_id": INVOICE_ID}, {"invoice_id": "b"}),
        ({"customer_id": CUSTOMER_ID}, {"customer_id": "b"}),
        ({"codes": frozenset({CASE.code, "invalid-invoice"})}, {"codes": frozenset({"invalid-invoice"})}),
        ({"stage": "formatter"}, {"stage": "creator"}),
        ({"destination": "netsuite"}, {"destination": "razorpay"}),
    ],
    ids=", ".join,
)
def test_what_is_given_restricts(wanted: dict[str, Any], other: dict[str, Any]) -> None:
    assert CaseFilter(**wanted).holds(CASE)
    assert not CaseFilter(**other).holds(CASE)


def test_what_is_not_given_does_not() -> None:
    assert CaseFilter().holds(replace(CASE, invoice_id=None, customer_id=None, destination=None))
