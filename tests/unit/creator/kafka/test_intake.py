"""What the creator takes for an invoice, and what it only files."""

from decimal import Decimal
from typing import Any

import pytest

from invoice_creator.kafka.intake import ALL_PHASES, task_of
from invoice_shared import serde
from invoice_shared.errors import MalformedRecord
from tests.builders import INVOICE_ID, formatted_invoice, line_item, record

SURROGATE = "\ud800"


def taken(**changes: Any) -> bytes:
    tree = serde.loads(serde.to_bytes(formatted_invoice()))
    return serde.dumps(tree | changes)


def line(**changes: Any) -> dict[str, Any]:
    tree: dict[str, Any] = serde.loads(serde.to_bytes(line_item()))
    return tree | changes


def test_a_formatted_invoice_is_a_task_in_the_lane_of_its_id() -> None:
    task = task_of(record(value=taken(), key=b"whatever"), ALL_PHASES)

    assert (task.document, task.phases, task.lane) == (formatted_invoice(), ALL_PHASES, INVOICE_ID.encode())


@pytest.mark.parametrize(
    ("value", "said"),
    [
        pytest.param(None, "null value", id="a null value"),
        pytest.param(b"\xff", "not JSON", id="not JSON"),
        pytest.param(b"[]", "not an object", id="not an object"),
        pytest.param(taken(schema_version=2), "schema", id="another schema"),
        pytest.param(taken(destination="stripe"), "destination", id="an unknown destination"),
        pytest.param(taken(line_items=[]), "line_items", id="no lines"),
        pytest.param(taken(total="100.01"), "add up to 100.00, not to the total 100.01", id="lines that do not add up"),
        pytest.param(
            taken(total="1E+99999", line_items=[line(amount="1E+99999"), line()]), "digits", id="no such total"
        ),
        pytest.param(taken(line_items=[line(quantity="1E+999999999")]), "digits", id="no such quantity"),
        pytest.param(taken(invoice_id=SURROGATE), "invoice_id", id="an id that is no text"),
    ],
)
def test_what_is_none_of_ours_is_only_filed(value: bytes | None, said: str) -> None:
    task = task_of(record(value=value), ALL_PHASES)

    assert task.document is None
    assert task.phases == ("publish",)
    assert isinstance(task.refusal, MalformedRecord)
    assert said in task.refusal.reason
    assert task.refusal.invoice_id != SURROGATE


def test_the_sum_is_exact_whatever_the_number_of_digits() -> None:
    amounts = [Decimal("9999999999999999999999999999.99"), Decimal("0.01")]
    lines = [line(amount=str(amount)) for amount in amounts]

    task = task_of(record(value=taken(line_items=lines, total="10000000000000000000000000000.00")), ALL_PHASES)

    assert task.document is not None


def test_an_unreadable_record_without_a_key_has_a_lane_of_its_own() -> None:
    lanes = {task_of(record(value=b"?", key=None, offset=offset), ALL_PHASES).lane for offset in range(3)}

    assert len(lanes) == 3
