"""The smallest honest creator: consume, create with a signed call, tell Metronome, write down,
commit.

It holds each of several records in a thread of its own, and commits a batch when all of it is done.
"""

import base64
import hmac
import json
import os
import secrets
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import urllib3
from aiohttp import web  # the port that says when it is ready
from confluent_kafka import Consumer, Message, Producer, TopicPartition

ENV = os.environ
NETSUITE = f"{ENV['NS_BASE_URL']}/services/rest/record/v1/invoice"
METRONOME = f"{ENV['METRONOME_BASE_URL']}/v1/invoices/billingProvider"
KEY = (
    f"{quote(ENV['NS_CONSUMER_SECRET'], safe='')}&{quote(ENV['NS_TOKEN_SECRET'], safe='')}".encode()
)
SENDING = {"Content-Type": "application/json", "Accept": "application/json"}
FLIGHT = int(ENV["CREATOR_CONCURRENCY"])
READING = {"enable.auto.commit": False, "auto.offset.reset": "earliest"}
KAFKA = {"bootstrap.servers": ENV["KAFKA_BOOTSTRAP_SERVERS"]}
HTTP = urllib3.PoolManager(maxsize=FLIGHT, retries=False, timeout=30)
PRODUCER = Producer({**KAFKA, "acks": "all", "enable.idempotence": True})


def authorization(url: str) -> str:
    fields = {
        "oauth_consumer_key": ENV["NS_CONSUMER_KEY"],
        "oauth_nonce": secrets.token_hex(8),
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": str(int(time.time())),
        "oauth_token": ENV["NS_TOKEN_ID"],
        "oauth_version": "1.0",
    }
    joined = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items())
    base = f"POST&{quote(url, safe='')}&{quote(joined, safe='')}".encode()
    signature = base64.b64encode(hmac.digest(KEY, base, "sha256")).decode()
    signed = {"realm": ENV["NS_ACCOUNT_ID"], **fields, "oauth_signature": quote(signature, safe="")}
    return "OAuth " + ", ".join(f'{name}="{value}"' for name, value in signed.items())


def body_of(invoice: dict[str, Any]) -> bytes:
    lines = [
        {
            "item": {"id": line["external_item_id"]},
            "description": line["name"],
            "price": {"id": "-1"},
            "quantity": float(Decimal(line["quantity"])),
            "rate": float(Decimal(line["unit_price"])),
            "amount": float(Decimal(line["amount"])),
        }
        for line in invoice["line_items"]
    ]
    return json.dumps(
        {
            "externalId": invoice["invoice_id"],
            "entity": {"id": invoice["external_customer_id"]},
            "tranDate": invoice["issue_date"],
            "currency": {"id": "1"},
            "item": {"items": lines},
        }
    ).encode()


def settle(message: Message) -> None:
    invoice = json.loads(message.value() or b"")
    headers = {**SENDING, "Authorization": authorization(NETSUITE)}
    answer = HTTP.request("POST", NETSUITE, body=body_of(invoice), headers=headers)
    assert answer.status == 204, answer.data
    document_id = answer.headers["Location"].rsplit("/", 1)[1]
    status = {
        "invoice_id": invoice["invoice_id"],
        "billing_provider": "netsuite",
        "billing_provider_invoice_id": document_id,
        "external_status": "FINALIZED",
    }
    headers = {**SENDING, "Authorization": f"Bearer {ENV['METRONOME_API_KEY']}"}
    told = HTTP.request("POST", METRONOME, body=json.dumps([status]).encode(), headers=headers)
    assert told.status < 300, told.data
    enter(invoice["invoice_id"], document_id)


def enter(invoice_id: str, document_id: str) -> None:
    acknowledged = threading.Event()
    value = json.dumps({"invoice_id": invoice_id, "outcome": "created", "document_id": document_id})
    PRODUCER.produce(
        ENV["INVOICE_OUTCOMES_TOPIC"],
        key=invoice_id,
        value=value,
        on_delivery=lambda *_: acknowledged.set(),
    )
    assert acknowledged.wait(30)


def serve_reports() -> None:
    while True:
        PRODUCER.poll(1.0)


def ready() -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/readyz", answer)])
    web.run_app(app, port=int(ENV["OPS_PORT"]), print=None, handle_signals=False, access_log=None)


def main() -> None:
    consumer = Consumer({**KAFKA, "group.id": ENV["KAFKA_CONSUMER_GROUP"], **READING})
    consumer.subscribe([ENV["FORMATTED_INVOICES_TOPIC"]])
    for work in (serve_reports, ready):
        threading.Thread(target=work, daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    with ThreadPoolExecutor(FLIGHT) as pool:
        while True:
            messages = consumer.consume(FLIGHT * 8, 0.2)
            list(pool.map(settle, messages))
            if messages:
                consumer.commit(offsets=last_of(messages), asynchronous=False)


def last_of(messages: list[Message]) -> list[TopicPartition]:
    ends = {(each.topic(), each.partition()): (each.offset() or 0) + 1 for each in messages}
    return [
        TopicPartition(topic or "", partition or 0, end) for (topic, partition), end in ends.items()
    ]


if __name__ == "__main__":
    main()
