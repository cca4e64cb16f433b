"""The results, read from the ledger topic and from the archive in S3."""

import gzip
import time
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from invoice_cli.demo.world import BUCKET, World
from invoice_shared.archive.s3_archive import S3Archive
from invoice_shared.kafka.client_config import consumer_config
from invoice_shared.kafka.records import records_of
from invoice_shared.ledger_key import LedgerKey
from invoice_shared.outcome import Outcome
from invoice_shared.serde import from_bytes, loads
from invoice_shared.settings import OutgoingSettings, load
from invoice_simulators.parts.s3 import ENVIRONMENT

# Without any progress.
DEADLINE_SECONDS = 60.0


class NotSettledError(Exception):
    """Some invoices have no outcome in time."""


def wait_for_outcomes(
    world: World, invoice_ids: set[str], progress: Callable[[int], None]
) -> dict[str, Outcome]:
    """Read the ledger until it contains every invoice; return each one's outcome.

    An outcome ``created`` is kept, whatever comes after it.
    """
    consumer = Consumer(consumer_config(world.kafka, "invoices-demo"))
    topic = world.kafka.invoice_outcomes_topic
    partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
    consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in partitions])
    created: dict[str, Outcome] = {}
    others: dict[str, Outcome] = {}
    deadline = time.monotonic() + DEADLINE_SECONDS
    try:
        while unsettled := invoice_ids - created.keys() - others.keys():
            if time.monotonic() > deadline:
                raise NotSettledError(f"{len(unsettled)} invoices have no outcome")
            for record in records_of(consumer.consume(100, 0.2)):
                if LedgerKey.decode(record.key or b"").document is not None:
                    continue
                outcome = from_bytes(Outcome, record.value)
                if outcome.invoice_id in invoice_ids:
                    (created if outcome.outcome == "created" else others)[outcome.invoice_id] = (
                        outcome
                    )
                    deadline = time.monotonic() + DEADLINE_SECONDS
            progress(len(created.keys() | others.keys()))
    finally:
        consumer.close()
    return others | created


def archived_failures(world: World, invoice_ids: set[str]) -> list[dict[str, Any]]:
    """Return the archived failures of these invoices, as soon as each has one."""
    client = boto3.client(
        "s3",
        endpoint_url=world.s3_url,
        aws_access_key_id=ENVIRONMENT["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=ENVIRONMENT["AWS_SECRET_ACCESS_KEY"],
        region_name=ENVIRONMENT["AWS_DEFAULT_REGION"],
        config=Config(proxies=load(OutgoingSettings).outgoing.proxies(world.s3_url)),
    )
    archive = S3Archive(client, BUCKET)
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        lines = _lines(archive, invoice_ids)
        if not (missing := invoice_ids - {line["invoice_id"] for line in lines}):
            return lines
        if time.monotonic() > deadline:
            raise NotSettledError(f"{len(missing)} failures are not in S3")


def _lines(archive: S3Archive, invoice_ids: set[str]) -> list[dict[str, Any]]:
    texts = [gzip.decompress(archive.get(each.key)) for each in archive.listed("errors/")]
    lines = [loads(line) for text in texts for line in text.splitlines()]
    return [line for line in lines if line["invoice_id"] in invoice_ids]
