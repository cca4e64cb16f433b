"""The smallest honest formatter: confluent-kafka, aiohttp and msgspec on uvloop.

No rules, ledger, retries or metrics.

It keeps every digit, waits for the broker's acknowledgement, and commits afterwards.
"""

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import aiohttp
import msgspec
import uvloop
from confluent_kafka import Consumer, Producer

CONCURRENCY = 16
BATCH = 256


class Raw(msgspec.Struct):
    """What is needed of a raw record."""

    invoice_id: str
    customer_id: str


class Line(msgspec.Struct):
    """A line of Metronome's answer."""

    name: str
    total: Decimal
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    product_custom_fields: dict[str, str] = {}


class Invoice(msgspec.Struct):
    """Metronome's answer."""

    id: str
    total: Decimal
    line_items: list[Line]
    customer_custom_fields: dict[str, str]


class Answer(msgspec.Struct):
    """Its envelope."""

    data: Invoice


class Item(msgspec.Struct):
    """A line of the document."""

    name: str
    amount: Decimal
    quantity: Decimal | None
    unit_price: Decimal | None
    external_item_id: str


class Document(msgspec.Struct):
    """The document."""

    invoice_id: str
    total: Decimal
    line_items: list[Item]
    external_customer_id: str


RAW = msgspec.json.Decoder(Raw)
ANSWER = msgspec.json.Decoder(Answer)
ENCODER = msgspec.json.Encoder()
CENT = Decimal("0.01")


def document_of(body: bytes) -> bytes:
    """Turn Metronome's answer into a document's bytes."""
    invoice = ANSWER.decode(body).data
    items = [
        Item(
            line.name,
            (line.total / 100).quantize(CENT),
            line.quantity,
            line.unit_price,
            line.product_custom_fields["billing_item_id"],
        )
        for line in invoice.line_items
    ]
    customer = invoice.customer_custom_fields["billing_customer_id"]
    return ENCODER.encode(
        Document(invoice.id, (invoice.total / 100).quantize(CENT), items, customer)
    )


async def main() -> None:
    """Consume, fetch, publish, commit; for ever."""
    loop = asyncio.get_running_loop()
    pool = ThreadPoolExecutor(1)
    servers = os.environ["KAFKA_BOOTSTRAP_SERVERS"]
    consumer = Consumer(
        {
            "bootstrap.servers": servers,
            "group.id": os.environ["KAFKA_CONSUMER_GROUP"],
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "session.timeout.ms": 10_000,
        }
    )
    consumer.subscribe([os.environ["RAW_INVOICES_TOPIC"]])
    producer = Producer(
        {"bootstrap.servers": servers, "acks": "all", "enable.idempotence": True, "linger.ms": 5}
    )
    threading.Thread(target=lambda: [producer.poll(0.5) for _ in iter(int, 1)], daemon=True).start()
    base = os.environ["METRONOME_BASE_URL"]
    headers = {"Authorization": f"Bearer {os.environ['METRONOME_API_KEY']}"}
    limit = asyncio.Semaphore(CONCURRENCY)
    async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(30)) as session:

        async def settle(value: bytes) -> None:
            raw = RAW.decode(value)
            async with (
                limit,
                session.get(
                    f"{base}/v1/customers/{raw.customer_id}/invoices/{raw.invoice_id}"
                ) as answer,
            ):
                body = await answer.read()
            acknowledged = loop.create_future()
            producer.produce(
                os.environ["FORMATTED_INVOICES_TOPIC"],
                document_of(body),
                raw.invoice_id,
                on_delivery=lambda error, _: loop.call_soon_threadsafe(
                    acknowledged.set_result, error
                ),
            )
            assert await acknowledged is None

        while True:
            messages = await loop.run_in_executor(pool, consumer.consume, BATCH, 0.1)
            if messages:
                await asyncio.gather(*(settle(message.value() or b"") for message in messages))
                consumer.commit(asynchronous=False)


if __name__ == "__main__":
    uvloop.run(main())
