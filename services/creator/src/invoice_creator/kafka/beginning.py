"""Before the first record: no other group takes our invoices any more, and ours goes on where it
stopped.
"""

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from invoice_creator.settings import CreatorSettings, destinations_of_group
from invoice_creator.succession import beginnings, rivals
from invoice_shared.errors import StartupError
from invoice_shared.kafka.group_reader import ANSWER_SECONDS, WAIT_SECONDS, groups_of
from invoice_shared.logs import get_logger

log = get_logger(__name__)


def begin(admin: AdminClient, settings: CreatorSettings) -> None:
    """Return once this creator may join its group. Repeatable.

    Raises ``StartupError`` while another group with one of its destinations has members, and while
    the broker does not answer.
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
            f"The broker does not tell how far other creators are: {error.args[0].str()}."
        ) from error


def _check_alone(own: str, found: dict[str, list[str]]) -> None:
    if found:
        others = "; ".join(f"{name} works on {', '.join(shared)}" for name, shared in found.items())
        raise StartupError(
            f"{others}. Stop it: {own} begins once nobody else takes its destinations."
        )


def _go_on(admin: AdminClient, topic: str, own: str, offsets: dict[int, int]) -> None:
    """Commit where our group begins.

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
