"""Translate errors of Kafka's client into one sentence on who must act."""

from collections.abc import Iterator
from contextlib import contextmanager

from confluent_kafka import KafkaError, KafkaException

from invoice_operations.errors import InvalidRequest
from invoice_shared.errors import ConnectorError, CredentialsRefused, Unavailable

REFUSALS = (
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.SASL_AUTHENTICATION_FAILED,
)
# Impossible requests or invalid settings: an option or a setting must change.
IMPOSSIBLE = (
    KafkaError.INVALID_PARTITIONS,
    KafkaError.INVALID_REPLICATION_FACTOR,
    KafkaError.INVALID_CONFIG,
    KafkaError.POLICY_VIOLATION,
    KafkaError.TOPIC_EXCEPTION,
    KafkaError._INVALID_ARG,  # noqa: SLF001 - confluent-kafka's name for its own code
)


@contextmanager
def broker_errors() -> Iterator[None]:
    """Translate errors of Kafka's client with ``meaning``."""
    try:
        yield
    except KafkaException as error:
        raise meaning(error.args[0]) from error


def meaning(error: KafkaError) -> ConnectorError:
    """Return ``CredentialsRefused``, ``InvalidRequest`` or ``Unavailable``, with its message."""
    said = error.str().rstrip(".")
    if error.code() in REFUSALS:
        return CredentialsRefused(f"The broker refuses these credentials: {said}.")
    if error.code() in IMPOSSIBLE:
        return InvalidRequest(f"That cannot be done: {said}.")
    return Unavailable(
        f"The broker does not answer as it should: {said}. Check KAFKA_BOOTSTRAP_SERVERS and"
        " TLS/SASL."
    )
