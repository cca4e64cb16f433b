"""Ask the broker which consumer groups read a topic, and how far each has read."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future

from confluent_kafka import ConsumerGroupState, ConsumerGroupTopicPartitions, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._group import ConsumerGroupDescription

from invoice_shared.kafka.groups import ConsumerGroup

# The client times out first, with its own error. Our longer wait only ends a call that hangs.
ANSWER_SECONDS = 15.0
WAIT_SECONDS = 2 * ANSWER_SECONDS
Wanted = Callable[[str], bool]


def any_name(_name: str) -> bool:
    """Accept every group."""
    return True


def groups_of(admin: AdminClient, topic: str, is_wanted: Wanted = any_name) -> list[ConsumerGroup]:
    """Return the groups, by name, that have members or committed offsets in a topic.

    Raises ``KafkaException``, even if only some of the brokers answer.
    """
    listed = admin.list_consumer_groups(request_timeout=ANSWER_SECONDS).result(WAIT_SECONDS)
    if listed.errors:
        raise _exception(listed.errors[0])
    names = sorted(group.group_id for group in listed.valid if is_wanted(group.group_id))
    busy = _with_members(admin, names, topic)
    found = [
        ConsumerGroup(name, name in busy, offsets)
        for name, offsets in _committed(admin, names, topic)
    ]
    return [group for group in found if group.has_members or group.committed]


def _exception(error: BaseException) -> KafkaException:
    """Wrap an error. The client lists bare errors, e.g. of a loading coordinator."""
    return error if isinstance(error, KafkaException) else KafkaException(error)


def _with_members(admin: AdminClient, names: list[str], topic: str) -> set[str]:
    if not names:
        return set()
    asked = admin.describe_consumer_groups(names, request_timeout=ANSWER_SECONDS)
    described = {name: answer.result(WAIT_SECONDS) for name, answer in asked.items()}
    return {name for name, group in described.items() if _reads(group, topic)}


def _reads(group: ConsumerGroupDescription, topic: str) -> bool:
    """Whether a member has partitions of the topic, or no member has any yet."""
    if group.state in (ConsumerGroupState.EMPTY, ConsumerGroupState.DEAD):
        return False
    assigned = {
        each.topic for member in group.members for each in member.assignment.topic_partitions
    }
    return topic in assigned or (not assigned and bool(group.members))


def _committed(
    admin: AdminClient, names: list[str], topic: str
) -> Iterable[tuple[str, dict[int, int]]]:
    asked = [(name, _asked_offsets(admin, name)) for name in names]
    for name, answer in asked:
        commits = answer.result(WAIT_SECONDS).topic_partitions or ()
        yield (
            name,
            {
                each.partition: each.offset
                for each in commits
                if each.topic == topic and each.offset >= 0
            },
        )


def _asked_offsets(admin: AdminClient, name: str) -> Future[ConsumerGroupTopicPartitions]:
    asked = [ConsumerGroupTopicPartitions(name)]
    return admin.list_consumer_group_offsets(asked, request_timeout=ANSWER_SECONDS)[name]
