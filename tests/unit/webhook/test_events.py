from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from invoice_shared.invoice import RawInvoice
from invoice_shared.serde import dumps, from_bytes, to_bytes
from invoice_webhook.events import Finalized, Ignored, UnusableEvent, parse, record_of
from tests.fakes import START

CLASSIC = {
    "id": "event-1",
    "type": "invoice.finalized",
    "properties": {
        "invoice_id": "invoice-1",
        "customer_id": "customer-1",
        "invoice_finalized_date": "2026-03-01T11:59:58.123Z",
    },
}
FLAT = {
    "id": "event-1",
    "type": "invoice.finalized",
    "timestamp": "2026-03-01T11:59:58.123Z",
    "invoice_id": "invoice-1",
    "customer_id": "customer-1",
    "environment_type": "PRODUCTION",
}


def parsed(event: Any) -> RawInvoice:
    """Return what a reader of the record gets."""
    return from_bytes(RawInvoice, written(event))


def written(event: Any) -> bytes:
    found = parse(dumps(event), START)
    assert isinstance(found, Finalized)
    return record_of(found)


@pytest.mark.parametrize(
    "event", [pytest.param(CLASSIC, id="classic"), pytest.param(FLAT, id="flat")]
)
def test_both_event_shapes_yield_the_invoice(event: dict[str, Any]) -> None:
    invoice = parsed(event)

    assert (invoice.invoice_id, invoice.customer_id, invoice.event_id) == (
        "invoice-1",
        "customer-1",
        "event-1",
    )
    assert invoice.finalized_at == datetime(2026, 3, 1, 11, 59, 58, 123000, tzinfo=UTC)
    assert (invoice.received_at, invoice.source, invoice.payload) == (START, "webhook", event)


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(CLASSIC, id="classic"),
        pytest.param({**FLAT, "timestamp": None, "amount": Decimal("1.10")}, id="flat"),
        pytest.param({**FLAT, "note": "\ud800"}, id="half a surrogate pair"),
    ],
)
def test_the_record_is_written_as_every_other_raw_invoice(event: dict[str, Any]) -> None:
    assert written(event) == to_bytes(parsed(event))


@pytest.mark.parametrize(
    "date", ["soon", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", 7, None]
)
def test_an_unreadable_date_does_not_prevent_billing(date: Any) -> None:
    strange = CLASSIC | {
        "properties": {"invoice_id": "i", "customer_id": "c", "invoice_finalized_date": date}
    }

    assert parsed(strange).finalized_at is None


def test_a_payload_at_the_limit_of_nesting_is_written_or_unusable() -> None:
    """The record nests it one level deeper, where writing it can fail."""
    head = b'{"type":"invoice.finalized","deep":'
    ids = b',"invoice_id":"i","customer_id":"c"}'

    for depth in range(800, 1000):
        with suppress(UnusableEvent):
            record_of(parse(head + b"[" * depth + b"]" * depth + ids, START))  # type: ignore[arg-type]


def test_an_event_without_an_id_is_identified_by_its_body() -> None:
    nameless = {key: value for key, value in CLASSIC.items() if key != "id"}

    assert parsed(nameless).event_id == parsed(nameless).event_id
    assert len(parsed(nameless).event_id) == 64


@pytest.mark.parametrize(
    "event",
    [
        pytest.param({"id": "e", "type": "contract.create"}, id="another type"),
        pytest.param({"invoice_id": "i", "sync_type": "billing_provider"}, id="no type at all"),
        pytest.param({"type": 5}, id="a type that is not text"),
    ],
)
def test_other_events_are_ignored(event: dict[str, Any]) -> None:
    assert isinstance(parse(dumps(event), START), Ignored)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"not json", id="not JSON"),
        pytest.param(b"\xff\xfe", id="not UTF-8"),
        pytest.param(b"", id="empty"),
        pytest.param(b"[1,2]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[" * 100_000, id="nested too deep"),
        pytest.param(b'{"a":' * 100_000, id="objects nested too deep"),
        pytest.param(b'{"type":NaN}', id="not a number"),
        pytest.param(b'{"type":1e9999999999999999999}', id="an exponent that nothing holds"),
    ],
)
def test_a_body_that_is_not_a_json_object_is_unusable(body: bytes) -> None:
    with pytest.raises(UnusableEvent):
        parse(body, START)


@pytest.mark.parametrize(
    ("properties", "named"),
    [
        pytest.param({"customer_id": "c"}, "invoice_id", id="no invoice id"),
        pytest.param({"invoice_id": "i"}, "customer_id", id="no customer id"),
        pytest.param({"invoice_id": 5, "customer_id": "c"}, "invoice_id", id="a number as id"),
        pytest.param({"invoice_id": "", "customer_id": "c"}, "invoice_id", id="an empty id"),
        pytest.param({"invoice_id": " ", "customer_id": "c"}, "invoice_id", id="a blank id"),
        pytest.param(
            {"invoice_id": "\ud800", "customer_id": "c"}, "invoice_id", id="half a surrogate pair"
        ),
        pytest.param({}, "invoice_id and customer_id", id="nothing"),
    ],
)
def test_a_finalized_invoice_without_ids_names_the_missing_ones(
    properties: dict[str, Any], named: str
) -> None:
    with pytest.raises(UnusableEvent, match=named) as caught:
        parse(dumps(CLASSIC | {"properties": properties}), START)

    assert caught.value.event_id == "event-1"
