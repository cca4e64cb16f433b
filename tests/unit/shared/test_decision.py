from decimal import Decimal
from typing import Any

import pytest

from invoice_shared.decision import Decision
from invoice_shared.errors import MalformedRecord
from invoice_shared.serde import from_bytes, loads, to_bytes
from tests.builders import INVOICE_ID
from tests.fakes import START

APPROVED = {
    "total": Decimal("50000.00"),
    "currency": "USD",
    "destination": "netsuite",
    "external_customer_id": "1042",
}


def decision(**changes: Any) -> Decision:
    valid: dict[str, Any] = {
        "decision_id": "d-1",
        "kind": "resolve",
        "subject": INVOICE_ID,
        "failure_id": "f" * 64,
        "by": "kim",
        "why": "billed by hand",
        "at": START,
        "via": "cli",
    }
    return Decision.model_validate(valid | changes)


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(decision(document_id="9001", destination="netsuite"), id="resolve"),
        pytest.param(decision(kind="approve", **APPROVED), id="approve"),
        pytest.param(decision(kind="pause", subject="netsuite"), id="pause"),
        pytest.param(
            decision(
                kind="replay", filters={"code": ("items-not-mapped",), "since": "2h"}, count=2
            ),
            id="replay",
        ),
        pytest.param(decision(kind="login", subject="kim", via="web", why=None), id="login"),
    ],
)
def test_a_written_decision_can_be_read_back(made: Decision) -> None:
    assert from_bytes(Decision, to_bytes(made)) == made


def test_an_approved_total_is_written_as_text() -> None:
    assert loads(to_bytes(decision(kind="approve", **APPROVED)))["total"] == "50000.00"


@pytest.mark.parametrize("missing", APPROVED)
def test_an_approval_without_its_facts_is_not_an_approval(missing: str) -> None:
    tree = loads(to_bytes(decision(kind="approve", **APPROVED)))
    del tree[missing]

    with pytest.raises(ValueError, match="an approval names total"):
        Decision.model_validate(tree)


def test_an_unknown_kind_is_not_a_decision() -> None:
    value = to_bytes(decision()).replace(b'"resolve"', b'"undo"')

    with pytest.raises(MalformedRecord):
        from_bytes(Decision, value)
