"""The rules of the status write-back, one per row."""

from typing import Any

import pytest

from invoice_simulators.metronome.billing_provider import check_writebacks
from invoice_simulators.wire import ApiError

ID = "0b9d6a8e-3d1c-4d2f-9a41-5a4f3f6f3c10"
CREATED = {"invoice_id": ID, "billing_provider": "netsuite", "billing_provider_invoice_id": "42"}
REFUSED = {
    "invoice_id": ID,
    "billing_provider": "netsuite",
    "external_status": "INVALID_REQUEST_ERROR",
    "billing_provider_error": "no such customer",
}


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(CREATED, id="an id; the status defaults to SENT"),
        pytest.param(
            CREATED | {"external_status": "FINALIZED", "issued_at": "2026-11-02T06:00:00Z"},
            id="a status",
        ),
        pytest.param(REFUSED, id="an error without an id"),
        pytest.param(REFUSED | {"external_status": "SKIPPED"}, id="a skip with its reason"),
        pytest.param(
            CREATED | {"billing_provider": "custom"}, id="a provider without a name of its own"
        ),
    ],
)
def test_a_valid_item_is_accepted(item: dict[str, str]) -> None:
    assert check_writebacks([item]) == [item]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(CREATED, "array", id="the body is an array"),
        pytest.param([], "empty", id="of at least one"),
        pytest.param(["x"], "object", id="of objects"),
        pytest.param([CREATED | {"invoice_id": "42"}], "UUID", id="the invoice id is a UUID"),
        pytest.param(
            [CREATED | {"billing_provider": "razorpay"}],
            "billing_provider must",
            id="known providers only",
        ),
        pytest.param(
            [CREATED | {"external_status": "DONE"}],
            "external_status must",
            id="known statuses only",
        ),
        pytest.param(
            [CREATED | {"issued_at": "yesterday"}], "issued_at", id="the time is a date-time"
        ),
        pytest.param([CREATED | {"issued_at": "2026-11-02"}], "issued_at", id="with a zone"),
        pytest.param(
            [CREATED | {"billing_provider_invoice_id": 42}],
            "non-empty string",
            id="ids are strings",
        ),
        pytest.param(
            [CREATED | {"billing_provider_error": "x"}], "combined", id="never an id and an error"
        ),
        pytest.param(
            [{"invoice_id": ID, "billing_provider": "netsuite"}], "omitted", id="an id is needed"
        ),
        pytest.param(
            [REFUSED | {"external_status": "FINALIZED"}],
            "omitted",
            id="an error needs a failed status",
        ),
        pytest.param(
            [{"invoice_id": ID, "billing_provider": "netsuite", "external_status": "SKIPPED"}],
            "omitted",
            id="a failed status needs an error",
        ),
    ],
)
def test_an_invalid_item_is_refused_with_a_message(body: Any, message: str) -> None:
    with pytest.raises(ApiError) as caught:
        check_writebacks(body)

    assert caught.value.status == 400
    assert message in caught.value.body["message"]
