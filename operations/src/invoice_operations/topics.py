"""Create the five topics, or compare existing ones with the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import ConfigResource
from confluent_kafka.admin._metadata import PartitionMetadata
from confluent_kafka.cimpl import NewTopic

from invoice_operations.broker_errors import broker_errors
from invoice_shared.kafka.client_config import MAX_RECORD_BYTES
from invoice_shared.settings import KafkaSettings

ANSWER_SECONDS = 15.0
DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """One planned topic. ``config`` contains Kafka's topic settings as text."""

    name: str
    partitions: int
    replication_factor: int
    config: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TopicState:
    """A topic's state: ``missing``, ``created``, ``as planned``, or ``differs`` and how."""

    name: str
    state: str
    differences: tuple[str, ...] = ()


def plan(
    settings: KafkaSettings, partitions: int, replication_factor: int, min_insync_replicas: int
) -> list[TopicPlan]:
    """Return the plan of the five topics.

    Raw and formatted invoices are kept 14 days, errors 30, ledger and decisions forever.

    Decisions have one partition, because they are few and read in their order.
    """
    safe = {"min.insync.replicas": str(min(min_insync_replicas, replication_factor))}
    fortnight = safe | {
        "retention.ms": str(14 * DAY_MS),
        "max.message.bytes": str(MAX_RECORD_BYTES),
    }
    month = safe | {"retention.ms": str(30 * DAY_MS), "max.message.bytes": str(MAX_RECORD_BYTES)}
    configs = {
        settings.raw_invoices_topic: fortnight,
        settings.formatted_invoices_topic: fortnight,
        settings.invoice_errors_topic: month,
        settings.invoice_outcomes_topic: safe | {"cleanup.policy": "compact"},
    }
    decisions = safe | {"cleanup.policy": "delete", "retention.ms": "-1"}
    return [
        *(
            TopicPlan(name, partitions, replication_factor, config)
            for name, config in configs.items()
        ),
        TopicPlan(settings.invoice_decisions_topic, 1, replication_factor, decisions),
    ]


@broker_errors()
def apply(admin: AdminClient, plans: list[TopicPlan]) -> list[TopicState]:
    """Create missing topics; never change existing ones. Raises as ``broker_errors`` does."""
    states = inspect(admin, plans)
    _create(
        admin,
        [wanted for wanted, state in zip(plans, states, strict=True) if state.state == "missing"],
    )
    return [
        replace(state, state="created") if state.state == "missing" else state for state in states
    ]


@broker_errors()
def inspect(admin: AdminClient, plans: list[TopicPlan]) -> list[TopicState]:
    """Return the state per topic; change nothing. Raises as ``broker_errors`` does."""
    existing = admin.list_topics(timeout=ANSWER_SECONDS).topics
    return [
        _compare(admin, wanted, existing[wanted.name].partitions)
        if wanted.name in existing
        else TopicState(wanted.name, "missing")
        for wanted in plans
    ]


def _create(admin: AdminClient, missing: list[TopicPlan]) -> None:
    if not missing:
        return
    new = [NewTopic(w.name, w.partitions, w.replication_factor, config=w.config) for w in missing]
    for created in admin.create_topics(new, operation_timeout=ANSWER_SECONDS).values():
        created.result(ANSWER_SECONDS)


def _compare(
    admin: AdminClient, wanted: TopicPlan, partitions: Mapping[int, PartitionMetadata]
) -> TopicState:
    found = _config(admin, wanted.name)
    differences = _shape(wanted, partitions) + [
        f"{name} is {found.get(name, 'not set')}, planned {value}"
        for name, value in wanted.config.items()
        if not is_enough(found.get(name), value)
    ]
    return TopicState(wanted.name, "differs" if differences else "as planned", tuple(differences))


def _shape(wanted: TopicPlan, partitions: Mapping[int, PartitionMetadata]) -> list[str]:
    copies = min((len(partition.replicas) for partition in partitions.values()), default=0)
    return [
        f"{found} {what}, planned {planned}"
        for what, found, planned in (
            ("partitions", len(partitions), wanted.partitions),
            ("copies", copies, wanted.replication_factor),
        )
        if found != planned
    ]


def is_enough(found: str | None, planned: str) -> bool:
    """Whether a setting keeps at least the plan: longer and larger do, and -1 is unlimited.

    Pure.
    """
    if found is None or not planned.isdigit():
        return found == planned
    return found == "-1" or (found.isdigit() and int(found) >= int(planned))


def _config(admin: AdminClient, name: str) -> dict[str, str]:
    (answer,) = admin.describe_configs([ConfigResource("topic", name)]).values()
    return {key: str(entry.value) for key, entry in answer.result(ANSWER_SECONDS).items()}
