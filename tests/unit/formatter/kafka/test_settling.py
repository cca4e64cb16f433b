import asyncio
from concurrent.futures import Future
from typing import Any

import pytest

from invoice_formatter.handler import InvoiceHandler
from invoice_formatter.kafka.settling import Settling
from invoice_formatter.underway import Underway
from invoice_shared import serde
from invoice_shared.metrics import Metrics
from invoice_shared.publishing import RecordTooLarge
from invoice_shared.record import OutgoingRecord
from invoice_shared.settings import KafkaSettings
from tests.builders import INVOICE_ID, record
from tests.fakes import FakeAsyncPublisher, FakeClock, FakePublisher
from tests.unit.formatter.builders import answer, rules
from tests.unit.formatter.hierarchies import FakeAccounts

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE_ID}-b7ad6b7169203331-01".encode()


def topics(broker: FakePublisher) -> list[str]:
    return [one.topic for one in broker.published]


class Silent(FakePublisher):
    """Accepts everything and acknowledges nothing."""

    def send(self, record: OutgoingRecord) -> Future[None]:
        return Future()


class Desk:
    """A settling that gets one answer from Metronome."""

    def __init__(self, body: bytes, broker: FakePublisher) -> None:
        self.metrics = Metrics()
        self.underway = Underway()
        self.body = body
        handler = InvoiceHandler(self._fetch, FakeAccounts().run, rules(), FakeClock())
        self.settling = Settling(
            handler,
            FakeAsyncPublisher(broker),
            self.underway,
            topics=KafkaSettings(),
            metrics=self.metrics,
        )

    async def _fetch(self, customer_id: str, invoice_id: str) -> Any:
        return serde.loads(self.body)

    def counts(self, sample: bytes) -> bool:
        return sample in self.metrics.exposition()


async def test_a_document_goes_to_its_topic_under_the_invoice_id_without_an_outcome() -> None:
    broker = FakePublisher()
    desk = Desk(answer(), broker)

    await desk.settling.settle(record(headers=(("traceparent", TRACEPARENT),)))

    (only,) = broker.published
    assert (only.topic, only.key) == ("formatted-invoices", INVOICE_ID.encode())
    assert TRACE_ID.encode() in dict(only.headers)["traceparent"]
    assert desk.counts(b'invoice_connector_invoices_formatted_total{destination="netsuite"} 1.0')


async def test_a_record_that_is_being_written_counts_as_in_progress() -> None:
    desk = Desk(answer(), Silent())
    writing = asyncio.create_task(desk.settling.settle(record()))
    await asyncio.sleep(0)

    assert not await desk.underway.ended(0)

    writing.cancel()
    assert await desk.underway.ended(5)


async def test_a_skip_is_written_to_the_ledger_and_counted() -> None:
    broker = FakePublisher()
    desk = Desk(answer(status="VOID"), broker)

    await desk.settling.settle(record())

    (only,) = broker.published
    assert (only.topic, only.key, only.json["code"]) == (
        "invoice-outcomes",
        INVOICE_ID.encode(),
        "not-finalized",
    )
    assert desk.counts(b'invoice_connector_invoices_skipped_total{reason="not-finalized"} 1.0')


async def test_a_repeat_of_an_invoice_known_at_the_provider_is_a_skip_in_the_ledger() -> None:
    broker = FakePublisher()
    desk = Desk(answer(), broker)
    await desk.settling.settle(record())
    desk.body = answer(
        external_invoice={"invoice_id": "INV-77", "billing_provider_type": "netsuite"}
    )

    await desk.settling.settle(record(offset=8, headers=(("replay-id", b"replay-1"),)))

    assert topics(broker) == ["formatted-invoices", "invoice-outcomes"]
    assert dict(broker.published[-1].headers)["replay-id"] == b"replay-1"
    assert desk.counts(b'invoice_connector_invoices_skipped_total{reason="already-synced"} 1.0')


async def test_a_failure_is_filed_before_it_is_in_the_ledger() -> None:
    broker = FakePublisher()
    desk = Desk(answer(customer_custom_fields={}), broker)

    await desk.settling.settle(record(headers=(("traceparent", TRACEPARENT),)))

    assert topics(broker) == ["invoice-errors", "invoice-outcomes"]
    failure, outcome = (one.json for one in broker.published)
    assert outcome["failure_id"] == failure["failure_id"]
    assert failure["trace_id"] == TRACE_ID
    assert desk.counts(
        b'invoice_connector_invoices_failed_total{code="customer-not-mapped",stage="formatter"} 1.0'
    )


async def test_a_failure_too_large_for_its_topic_is_filed_without_the_value() -> None:
    broker = FakePublisher(max_bytes=2_000)
    desk = Desk(answer(), broker)

    await desk.settling.settle(record(value=b"x" * 3_000))

    original = broker.published[0].json["original"]
    assert (original["value"], original["omitted"]) == (None, 3_000)


async def test_a_document_too_large_for_its_topic_becomes_a_failure() -> None:
    broker = FakePublisher(max_bytes=3_000)
    desk = Desk(answer(contract_id="c" * 3_000), broker)

    await desk.settling.settle(record())

    assert topics(broker) == ["invoice-errors", "invoice-outcomes"]
    assert broker.published[0].json["code"] == "invalid-invoice"
    assert "LINE_GROUPING" in broker.published[0].json["reason"]


async def test_a_failure_that_cannot_be_filed_at_all_is_not_acknowledged() -> None:
    desk = Desk(answer(), FakePublisher(max_bytes=10))

    with pytest.raises(RecordTooLarge):
        await desk.settling.settle(record(value=b"garbage"))
