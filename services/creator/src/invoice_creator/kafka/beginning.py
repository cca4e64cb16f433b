"""Check that no other group processes our invoices, and set our group's first offsets."""

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from invoice_creator.settings import CreatorSettings, destinations_of_group
from invoice_creator.succession import beginnings, rivals
from invoice_shared.errors import StartupError
from invoice_shared.kafka.group_reader import ANSWER_SECONDS, WAIT_SECONDS, groups_of
from invoice_shared.logs import get_logger

log = get_logger(__name__)


def begin(admin: AdminClient, settings: CreatorSettings) -> None:
    """Return when this creator may join its group. Repeatable.

    Raises ``StartupError`` if another group with one of its destinations has members, or if the
    broker does not answer.
    """
    own, taken = settings.consumer_group(), settings.creator_destinations
    topic = settings.formatted_invoices_topic
    try:
        groups = groups_of(
            admin, topic, lambda name: name == own or destinations_of_group(name) is not None
        )
        _check_alone(own, rivals(own, taken, groups))
        _go_on(admin, topic, own, beginnings(own, taken, groups))
    except KafkaException as error:
        raise StartupError(
            f"The offsets of other creators cannot be read from the broker: {error.args[0].str()}."
        ) from error


def _check_alone(own: str, found: dict[str, list[str]]) -> None:
    if found:
        others = "; ".join(
            f"{name} processes {', '.join(shared)}" for name, shared in found.items()
        )
        raise StartupError(
            f"{others}. Stop it: {own} begins when no other group processes its destinations."
        )


def _go_on(admin: AdminClient, topic: str, own: str, offsets: dict[int, int]) -> None:
    """Commit the offsets at which our group begins.

    Raises ``KafkaException``, e.g. if another member was faster.
    """
    if not offsets:
        return
    wanted = [
        TopicPartition(topic, partition, offset) for partition, offset in sorted(offsets.items())
    ]
    request = [ConsumerGroupTopicPartitions(own, wanted)]
    asked = admin.alter_consumer_group_offsets(request, request_timeout=ANSWER_SECONDS)
    for partition in asked[own].result(WAIT_SECONDS).topic_partitions:
        if partition.error is not None:
            raise KafkaException(partition.error)
    log.info("the group goes on where others stopped", group=own, offsets=offsets)
