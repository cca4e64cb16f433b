"""The least that an archive of failures does: consume, write lines, compress, put, commit."""

import gzip
import os
import signal
import threading

import boto3
from aiohttp import web  # the port that says when it is ready
from confluent_kafka import Consumer, Message, TopicPartition

ENV = os.environ
BATCH = 500


def put(s3: object, messages: list[Message]) -> TopicPartition:
    first, last = messages[0], messages[-1]
    lines = b"".join((message.value() or b"") + b"\n" for message in messages)
    key = f"errors/{first.topic()}-{first.partition()}-{first.offset()}-{last.offset()}.jsonl.gz"
    s3.put_object(  # type: ignore[attr-defined]
        Bucket=ENV["LOG_ERRORS_BUCKET_NAME_S3"], Key=key, Body=gzip.compress(lines, mtime=0)
    )
    return TopicPartition(last.topic() or "", last.partition() or 0, (last.offset() or 0) + 1)


def ready() -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/readyz", answer)])
    web.run_app(app, port=int(ENV["OPS_PORT"]), print=None, handle_signals=False, access_log=None)


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    threading.Thread(target=ready, daemon=True).start()
    s3 = boto3.client("s3")
    consumer = Consumer(
        {
            "bootstrap.servers": ENV["KAFKA_BOOTSTRAP_SERVERS"],
            "group.id": ENV["KAFKA_CONSUMER_GROUP"],
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
        }
    )
    consumer.subscribe([ENV["INVOICE_ERRORS_TOPIC"]])
    waiting: dict[int, list[Message]] = {}
    while True:
        for message in consumer.consume(BATCH, 0.5):
            batch = waiting.setdefault(message.partition() or 0, [])
            batch.append(message)
            if len(batch) >= BATCH:
                consumer.commit(offsets=[put(s3, batch)], asynchronous=False)
                batch.clear()


if __name__ == "__main__":
    main()
