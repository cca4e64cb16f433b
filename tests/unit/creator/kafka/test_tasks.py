"""Which records are invoices for the creator, and which are only filed."""

from decimal import Decimal
from typing import Any

import pytest

from invoice_creator.kafka.tasks import ALL_PHASES, ONLY_FILING, Scope, task_of
from invoice_creator.scheduling.task import Task
from invoice_shared import serde
from invoice_shared.errors import MalformedRecord, Rejected
from invoice_shared.record import Record
from tests.builders import INVOICE_ID, formatted_invoice, line_item, record

SURROGATE = "\ud800"
EVERYWHERE = Scope(("netsuite", "razorpay"), ("netsuite", "razorpay"))
RAZORPAY_ONLY = Scope(("razorpay",), ("netsuite", "razorpay"))


def taken(**changes: Any) -> bytes:
    tree = serde.loads(serde.to_bytes(formatted_invoice()))
    return serde.dumps(tree | changes)


def line(**changes: Any) -> dict[str, Any]:
    tree: dict[str, Any] = serde.loads(serde.to_bytes(line_item()))
    return tree | changes


def its_task(consumed: Record, scope: Scope = EVERYWHERE) -> Task:
    task = task_of(consumed, ALL_PHASES, scope)
    assert task is not None
    return task


def test_a_formatted_invoice_is_a_task_in_the_lane_of_its_id() -> None:
    task = its_task(record(value=taken(), key=b"whatever"))

    assert (task.document, task.phases, task.lane) == (
        formatted_invoice(),
        ALL_PHASES,
        INVOICE_ID.encode(),
    )


@pytest.mark.parametrize(
    ("value", "said"),
    [
        pytest.param(None, "null value", id="a null value"),
        pytest.param(b"\xff", "not JSON", id="not JSON"),
        pytest.param(b"[]", "not an object", id="not an object"),
        pytest.param(taken(schema_version=2), "schema", id="another schema"),
        pytest.param(taken(destination=7), "destination", id="an unreadable destination"),
        pytest.param(taken(line_items=[]), "line_items", id="no lines"),
        pytest.param(
            taken(total="100.01"),
            "add up to 100.00, not to the total 100.01",
            id="lines that do not add up",
        ),
        pytest.param(
            taken(total="1E+99999", line_items=[line(amount="1E+99999"), line()]),
            "digits",
            id="no such total",
        ),
        pytest.param(
            taken(line_items=[line(quantity="1E+999999999")]), "digits", id="no such quantity"
        ),
        pytest.param(taken(invoice_id=SURROGATE), "surrogate", id="an id that is not text"),
        pytest.param(taken(currency="usd"), "currency", id="no such currency"),
        pytest.param(taken(received_at="2026-03-01T09:30:00"), "received_at", id="no time zone"),
    ],
)
def test_a_record_that_is_not_an_invoice_is_only_filed(value: bytes | None, said: str) -> None:
    task = its_task(record(value=value))

    assert task.document is None
    assert task.phases == ("publish",)
    assert isinstance(task.refusal, MalformedRecord)
    assert said in task.refusal.reason
    assert task.refusal.invoice_id != SURROGATE


def test_the_sum_is_exact_whatever_the_number_of_digits() -> None:
    amounts = [Decimal("9999999999999999999999999999.99"), Decimal("0.01")]
    lines = [line(amount=str(amount)) for amount in amounts]

    task = its_task(record(value=taken(line_items=lines, total="10000000000000000000000000000.00")))

    assert task.document is not None


def test_an_unreadable_record_without_a_key_has_a_lane_of_its_own() -> None:
    lanes = {its_task(record(value=b"?", key=None, offset=offset)).lane for offset in range(3)}

    assert len(lanes) == 3


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(taken(), id="a good invoice"),
        pytest.param(taken(schema_version=2), id="another schema"),
        pytest.param(taken(total="100.01"), id="lines that do not add up"),
        pytest.param(taken(line_items=[line(external_item_id="")]), id="a line without an item"),
        pytest.param(b'{"destination": "netsuite"}', id="nothing but the destination"),
    ],
)
def test_a_record_for_another_creator_is_skipped_whatever_it_contains(value: bytes) -> None:
    assert task_of(record(value=value), ALL_PHASES, RAZORPAY_ONLY) is None
    assert task_of(record(value=value), ALL_PHASES, EVERYWHERE) is not None


@pytest.mark.parametrize(
    ("value", "document"),
    [
        pytest.param(
            taken(destination="stripe"),
            formatted_invoice(destination="stripe"),
            id="a good invoice",
        ),
        pytest.param(
            taken(destination="stripe", total="100.01"), None, id="lines that do not add up"
        ),
        pytest.param(b'{"destination": "stripe"}', None, id="nothing but the destination"),
    ],
)
@pytest.mark.parametrize("scope", [EVERYWHERE, RAZORPAY_ONLY], ids=["everywhere", "razorpay only"])
def test_an_unknown_destination_is_filed_by_every_creator(
    value: bytes, document: object, scope: Scope
) -> None:
    task = its_task(record(value=value), scope)

    assert (task.document, task.phases) == (document, ONLY_FILING)
    assert isinstance(task.refusal, Rejected)
    assert task.refusal.code == "destination-not-configured"
    assert '"stripe"' in task.refusal.reason


@pytest.mark.parametrize(
    "value", [b"?", b"{}", taken(destination=None)], ids=["not JSON", "none named", "null"]
)
def test_a_record_without_a_destination_is_malformed_for_every_creator(value: bytes) -> None:
    refusals = [
        its_task(record(value=value), scope).refusal for scope in (EVERYWHERE, RAZORPAY_ONLY)
    ]

    assert [type(refusal) for refusal in refusals] == [MalformedRecord, MalformedRecord]
