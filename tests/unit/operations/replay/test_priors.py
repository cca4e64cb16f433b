"""Known facts about an invoice that speak against replaying its record."""

import pytest

from invoice_operations.replay.priors import DOUBTFUL, Prior
from invoice_operations.replay.request import ReplayRequest
from invoice_operations.selection import Selection
from invoice_operations.view.invoice_state import KnownInvoice
from tests.builders import outcome


@pytest.mark.parametrize(
    ("goes_to", "may_exist", "force", "why"),
    [
        pytest.param("razorpay", True, False, DOUBTFUL, id="it would go elsewhere"),
        pytest.param("razorpay", True, True, None, id="a person has looked"),
        pytest.param("netsuite", True, False, None, id="it is looked for at its destination"),
        pytest.param(None, True, False, None, id="nobody knows where it would go"),
        pytest.param("razorpay", False, False, None, id="it was refused"),
    ],
)
def test_an_invoice_that_may_exist_elsewhere_is_left_out(
    goes_to: str | None, may_exist: bool, force: bool, why: str | None
) -> None:
    failed = outcome(
        outcome="failed", code="retries-exhausted", provider_document_id=None, may_exist=may_exist
    )
    request = ReplayRequest("raw", Selection(), force=force)

    assert Prior(KnownInvoice(failed)).why_left_out(request, lambda: goes_to) == why
