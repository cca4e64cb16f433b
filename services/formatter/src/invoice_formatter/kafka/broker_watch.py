"""Watch the broker and the commits, because faust's consumer can stay alive and never rejoin."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer  # type: ignore[import-untyped]
from aiokafka import TopicPartition as AioPartition
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError  # type: ignore[import-untyped]

from invoice_formatter.kafka.answering import first_answering
from invoice_shared.assignment import Assignment
from invoice_shared.errors import StartupError
from invoice_shared.health import Health
from invoice_shared.logs import get_logger
from invoice_shared.losses import Losses, Start
from invoice_shared.metrics import Metrics
from invoice_shared.record import Record, TopicPartition

log = get_logger(__name__)

LOOK_SECONDS = 2.0
ANSWER_SECONDS = 10.0

Offsets = dict[TopicPartition, int]


class BrokerWatch:
    """Reads topics and offsets with its own client, which joins no group."""

    def __init__(
        self,
        connection: dict[str, Any],
        group: str,
        topics: list[str],
        *,
        health: Health,
        metrics: Metrics,
    ) -> None:
        self._connection = connection
        self._group = group
        self._topics = topics
        self._health = health
        self._assignment = Assignment(health, metrics)
        self._losses = Losses(metrics)
        self._client: AIOKafkaConsumer | None = None
        self._positions: Offsets = {}
        self._said: str | None = None
        self._address = ""

    async def wait_for_the_start(self) -> str:
        """Return a broker's address, when it has all topics and we may use the group.

        A missing part is logged once. aiokafka gives up finally if it joins without the permission.
        """
        while not await self._look(self._check_access):  # noqa: ASYNC110 - the broker does not announce new topics
            await asyncio.sleep(LOOK_SECONDS)
        return self._address

    async def run(self, assigned: Callable[[], set[TopicPartition] | None]) -> None:
        """Update health and lag until cancelled; ``assigned`` returns ``None`` if it is unknown."""
        while True:
            await self._look(lambda client: self._check_progress(client, assigned()))
            await asyncio.sleep(LOOK_SECONDS)

    async def note_read(self, record: Record) -> None:
        """Note that a record was read.

        The broker is asked whether records were lost before a partition's first one, and in a gap.
        Without a response the gap counts as a loss.
        """
        partition = record.topic_partition
        if not self._losses.has_begun(partition):
            self._begin({partition: await self._start(partition)})
        if self._losses.follows_a_gap(record):
            start = await self._start(partition)
            self._losses.compare(
                partition, min(start.beginning, record.offset) if start else record.offset
            )
        self._losses.read(record)

    def forget(self, partitions: Iterable[TopicPartition]) -> None:
        """Forget the read offsets of partitions that were revoked or assigned again."""
        self._losses.forget(partitions)

    async def close(self) -> None:
        """Close the client."""
        if self._client is not None:
            await self._client.stop()
            self._client = None

    async def _look(self, check: Callable[[AIOKafkaConsumer], Awaitable[None]]) -> bool:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await check(await self._connected())
        except GroupAuthorizationFailedError:
            self._note(f'The broker refuses the group "{self._group}": grant READ on it.')
        except (KafkaError, OSError) as error:  # a TimeoutError is an OSError
            servers = self._connection["bootstrap_servers"]
            self._note(f"The broker at {servers} does not answer ({type(error).__name__}).")
        except StartupError as error:
            self._note(str(error))
        else:
            self._note(None)
        return self._said is None

    def _note(self, missing: str | None) -> None:
        if missing is None:
            self._health.present("kafka")
        else:
            self._health.missing("kafka", missing)
        if missing is not None and missing != self._said:
            log.error("waiting", missing="kafka", why=missing)
        self._said = missing

    async def _connected(self) -> AIOKafkaConsumer:
        if self._client is None:
            self._address = await first_answering(self._connection, ANSWER_SECONDS)
            there = self._connection | {"bootstrap_servers": self._address}
            client = AIOKafkaConsumer(group_id=self._group, enable_auto_commit=False, **there)
            try:
                await client.start()
            except BaseException:
                await client.stop()
                raise
            self._client = client
        return self._client

    async def _check_access(self, client: AIOKafkaConsumer) -> None:
        missing = sorted(set(self._topics) - await client.topics())
        if missing:
            raise StartupError(
                f"These topics do not exist: {', '.join(missing)}. Create them with: invoices"
                " topics"
            )
        await client.committed(AioPartition(self._topics[0], 0))

    async def _check_progress(
        self, client: AIOKafkaConsumer, assigned: set[TopicPartition] | None
    ) -> None:
        if not assigned:
            await self._check_access(client)  # else nothing would ask the broker
        if assigned is None:
            self._assignment.untold()
            return
        self._assignment.told(len(assigned))
        partitions = [AioPartition(one.topic, one.partition) for one in assigned]
        starts = await _starts(client, partitions)
        self._begin(starts)
        self._note_positions(
            {one: start.next for one, start in starts.items()},
            lag=sum(max(0, start.end - start.next) for start in starts.values()),
        )

    async def _start(self, partition: TopicPartition) -> Start | None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                starts = await _starts(
                    await self._connected(), [AioPartition(partition.topic, partition.partition)]
                )
        except (KafkaError, OSError):
            return None
        return starts[partition]

    def _begin(self, starts: Mapping[TopicPartition, Start | None]) -> None:
        for partition, start in starts.items():
            if not self._losses.has_begun(partition):
                self._losses.begin(partition, start)

    def _note_positions(self, positions: Offsets, *, lag: int) -> None:
        if any(offset > self._positions.get(one, offset) for one, offset in positions.items()):
            self._health.progress()
        self._positions = positions
        self._assignment.lag(lag)


async def _starts(
    client: AIOKafkaConsumer, partitions: list[AioPartition]
) -> dict[TopicPartition, Start]:
    # The committed offsets are read first, so that a record that is read in the meantime does not
    # count as lost.
    committed = await asyncio.gather(*(client.committed(one) for one in partitions))
    beginnings = await client.beginning_offsets(partitions)
    ends = await client.end_offsets(partitions)
    return {
        TopicPartition(one.topic, one.partition): Start(offset, beginnings[one], ends[one])
        for one, offset in zip(partitions, committed, strict=True)
    }
