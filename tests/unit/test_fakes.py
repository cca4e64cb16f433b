"""The fakes and builders do what they promise, so that tests can rely on them."""

from dataclasses import replace

import pytest
from pydantic import BaseModel

from invoice_shared import serde
from invoice_shared.failure import InvoiceFailure
from invoice_shared.invoice import FormattedInvoice, RawInvoice
from invoice_shared.publishing import PublishFailed, RecordTooLarge
from invoice_shared.record import OutgoingRecord
from tests import builders
from tests.fakes import FakeClock, FakePublisher


def test_the_clock_moves_only_when_told_and_never_backwards() -> None:
    clock = FakeClock()
    before = clock.now()

    clock.advance(90)

    assert (clock.now() - before).total_seconds() == 90
    assert clock.monotonic() == 90
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-1)


def test_the_publisher_keeps_acknowledged_records_but_no_refused_ones() -> None:
    publisher = FakePublisher()
    publisher.publish(
        OutgoingRecord("raw-invoices", b"a", b'{"total":1.10}', (("event-id", b"1"),))
    )
    publisher.fail(times=1)

    with pytest.raises(PublishFailed):
        publisher.publish(OutgoingRecord("raw-invoices", b"b", b"{}"))
    publisher.publish(OutgoingRecord("invoice-errors", b"c", b"{}"))

    assert [record.key for record in publisher.published] == [b"a", b"c"]
    assert str(publisher.to("raw-invoices")[0].json["total"]) == "1.10"


def test_a_failing_publisher_fails_until_it_recovers() -> None:
    publisher = FakePublisher()
    record = OutgoingRecord("raw-invoices", None, None)
    publisher.fail()

    for _ in range(3):
        assert isinstance(publisher.send(record).exception(), PublishFailed)
    publisher.recover()

    assert publisher.send(record).exception() is None


def test_a_publisher_replaces_a_record_that_is_too_large_by_its_substitute() -> None:
    publisher = FakePublisher(max_bytes=3)
    large = OutgoingRecord("invoice-errors", b"k", b"large")

    publisher.publish(replace(large, smaller=OutgoingRecord("invoice-errors", b"k", b"s")))
    with pytest.raises(RecordTooLarge):
        publisher.publish(large)

    assert [record.value for record in publisher.published] == [b"s"]


@pytest.mark.parametrize(
    ("built", "model"),
    [
        pytest.param(builders.raw_invoice(), RawInvoice, id="raw invoice"),
        pytest.param(builders.formatted_invoice(), FormattedInvoice, id="formatted invoice"),
        pytest.param(builders.failure(), InvoiceFailure, id="failure"),
    ],
)
def test_a_built_object_survives_serialization(built: BaseModel, model: type[BaseModel]) -> None:
    assert serde.from_bytes(model, serde.to_bytes(built)) == built


def test_a_built_record_carries_a_raw_invoice() -> None:
    assert serde.from_bytes(RawInvoice, builders.record().value) == builders.raw_invoice()
    assert builders.record(offset=9).position == "raw-invoices[0]@9"
