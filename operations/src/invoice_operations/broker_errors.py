"""What an error of Kafka's client means to an operator: whose move it is, in one sentence."""

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
# What no broker does, or no client can start with: an option or a setting must change.
IMPOSSIBLE = (
    KafkaError.INVALID_PARTITIONS,
    KafkaError.INVALID_REPLICATION_FACTOR,
    KafkaError.INVALID_CONFIG,
    KafkaError.POLICY_VIOLATION,
    KafkaError.TOPIC_EXCEPTION,
    KafkaError._INVALID_ARG,  # noqa: SLF001 - the name that confluent-kafka gives a code of its own
)


@contextmanager
def broker_errors() -> Iterator[None]:
    """Raise an error of Kafka's client as what it means: see ``meaning``."""
    try:
        yield
    except KafkaException as error:
        raise meaning(error.args[0]) from error


def meaning(error: KafkaError) -> ConnectorError:
    """Return ``CredentialsRefused``, ``InvalidRequest`` or ``Unavailable``, with the broker's own
    words.
    """
    said = error.str().rstrip(".")
    if error.code() in REFUSALS:
        return CredentialsRefused(f"The broker refuses these credentials: {said}.")
    if error.code() in IMPOSSIBLE:
        return InvalidRequest(f"That cannot be done: {said}.")
    return Unavailable(
        f"The broker does not answer as it should: {said}. Check KAFKA_BOOTSTRAP_SERVERS and"
        " TLS/SASL."
    )
