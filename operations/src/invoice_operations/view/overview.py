"""Ask the broker for the number of records per topic and the lag per group."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from confluent_kafka import ConsumerGroupTopicPartitions
from confluent_kafka.admin import AdminClient

from invoice_operations.broker_errors import broker_errors
from invoice_operations.view.topic_reader import TopicReader
from invoice_shared.kafka.client_config import common_config
from invoice_shared.settings import KafkaSettings

ANSWER_SECONDS = 15.0
Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A consumer group's lag in one topic."""

    topic: str
    group: str
    lag: int


class Overview:
    """Asks the broker. Raises as ``broker_errors`` does."""

    def __init__(self, settings: KafkaSettings, reader: TopicReader) -> None:
        with broker_errors():
            self._admin = AdminClient(common_config(settings))
        self._reader = reader
        self._topics = (
            settings.raw_invoices_topic,
            settings.formatted_invoices_topic,
            settings.invoice_errors_topic,
            settings.invoice_outcomes_topic,
        )

    def ends(self) -> dict[Place, int]:
        """Return the next offset of each partition of our topics."""
        return {
            (topic, number): end
            for topic in self._topics
            for number, end in self._reader.ends(topic).items()
        }

    def committed(self) -> dict[str, dict[Place, int]]:
        """Return each group's commits in our topics; groups without any are not ours."""
        with broker_errors():
            groups = self._admin.list_consumer_groups().result(ANSWER_SECONDS).valid
            found = {group.group_id: self._committed_by(group.group_id) for group in groups}
        return {group: commits for group, commits in sorted(found.items()) if commits}

    def _committed_by(self, group: str) -> dict[Place, int]:
        (asked,) = self._admin.list_consumer_group_offsets(
            [ConsumerGroupTopicPartitions(group)]
        ).values()
        commits = asked.result(ANSWER_SECONDS).topic_partitions
        return {
            (each.topic, each.partition): each.offset
            for each in commits
            if each.topic in self._topics
        }


def waiting(
    ends: Mapping[Place, int], committed: Mapping[str, Mapping[Place, int]]
) -> list[Waiting]:
    """Return the lag of each group in each topic that it reads. Pure."""
    return [
        Waiting(
            topic,
            group,
            sum(max(0, ends.get(p, 0) - offset) for p, offset in commits.items() if p[0] == topic),
        )
        for group, commits in committed.items()
        for topic in sorted({place[0] for place in commits})
    ]


def last_offsets(ends: Mapping[Place, int]) -> Iterable[tuple[str, int]]:
    """Return the number of records ever written to each topic. Pure."""
    totals: dict[str, int] = {}
    for (topic, _partition), end in ends.items():
        totals[topic] = totals.get(topic, 0) + end
    return totals.items()
