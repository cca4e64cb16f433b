"""Check that the broker answers and our topics exist. The command line creates them."""

from collections.abc import Iterable
from typing import Protocol

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._metadata import ClusterMetadata

from invoice_shared.errors import StartupError
from invoice_shared.kafka.client_config import common_config
from invoice_shared.settings import KafkaSettings

ANSWER_SECONDS = 5.0


class ListsTopics(Protocol):
    """A Kafka client, or a test's replacement for one."""

    def list_topics(self, *, timeout: float) -> ClusterMetadata:
        """Return the broker's topics. Raises ``KafkaException``."""


def check_topics(
    settings: KafkaSettings, names: Iterable[str], client: ListsTopics | None = None
) -> None:
    """Return if the broker has all the topics; else raise ``StartupError``.

    A new client is used if none is given.
    """
    try:
        existing = (
            (client or AdminClient(common_config(settings)))
            .list_topics(timeout=ANSWER_SECONDS)
            .topics
        )
    except KafkaException as error:
        where = settings.kafka_bootstrap_servers
        raise StartupError(
            f"The broker at {where} does not answer: {error.args[0].str()}."
        ) from error
    missing = sorted(set(names) - existing.keys())
    if missing:
        raise StartupError(
            f"These topics do not exist: {', '.join(missing)}. Create them with: invoices topics"
        )
