"""Our settings as librdkafka's: TLS and SASL, one partitioner, offsets committed by us.

Imports no client, because the formatter uses these bounds with another one.
"""

import logging
from typing import Any

from invoice_shared.settings import KafkaSettings

# A failure record contains its original, escaped, so it can exceed the original's 1 MB.
MAX_RECORD_BYTES = 10_000_000

# A crashed member's partitions are reassigned after this. A separate thread sends heartbeats every
# 3 s.
SESSION_TIMEOUT_MS = 10_000

# librdkafka's default: a member that does not poll for this long loses its partitions.
MAX_POLL_SECONDS = 300.0

# How long added partitions or a recreated topic may go unnoticed. The default is five minutes.
METADATA_AGE_MS = 60_000

FETCH_AGAIN_MS = 50


def common_config(settings: KafkaSettings) -> dict[str, Any]:
    """Return what every client needs to reach the broker."""
    password = settings.secret("kafka_sasl_password")
    wanted = {
        "logger": logging.getLogger("librdkafka"),
        "bootstrap.servers": settings.kafka_bootstrap_servers,
        "topic.metadata.refresh.interval.ms": METADATA_AGE_MS,
        "security.protocol": settings.kafka_security_protocol,
        "sasl.mechanism": settings.kafka_sasl_mechanism,
        "sasl.username": settings.kafka_sasl_username,
        "sasl.password": password,
        "ssl.ca.location": settings.kafka_ssl_ca_location,
        "ssl.certificate.location": settings.kafka_ssl_certificate_location,
        "ssl.key.location": settings.kafka_ssl_key_location,
    }
    return {name: value for name, value in wanted.items() if value is not None}


def consumer_config(settings: KafkaSettings, group: str) -> dict[str, Any]:
    """Return a group member's settings: manual commits; new groups start at the earliest offset."""
    return common_config(settings) | {
        "group.id": group,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "earliest",
        "partition.assignment.strategy": "cooperative-sticky",
        "session.timeout.ms": SESSION_TIMEOUT_MS,
        # Bounds what librdkafka reads ahead, per process; the default is 64 MB per partition.
        "queued.max.messages.kbytes": 16_384,
        # After that bound is reached, librdkafka fetches nothing for a second by default, whatever
        # is read meanwhile.
        "fetch.queue.backoff.ms": FETCH_AGAIN_MS,
        "fetch.message.max.bytes": MAX_RECORD_BYTES,
    }


def producer_config(settings: KafkaSettings) -> dict[str, Any]:
    """Return a producer's settings: acks from all in-sync replicas, Java's partitioner."""
    return common_config(settings) | {
        "enable.idempotence": True,
        "acks": "all",
        "partitioner": "murmur2_random",
        "compression.type": "gzip",
        # Measured: the default, 6, took twice the time for records of a kilobyte.
        "compression.level": 1,
        "message.max.bytes": MAX_RECORD_BYTES,
        "queue.buffering.max.messages": 10_000,
        "queue.buffering.max.kbytes": 131_072,
    }
