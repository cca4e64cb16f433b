"""A consumer for faust that stops all work and commits before partitions are revoked.

A rebalance revokes all partitions of every member, and most are assigned again. Faust drops the
acknowledged offsets before it reports the revocation, and after the assignment it reads from the
committed offsets again. Records without a commit by then would be done twice, here or by the next
owner. What it fetches meanwhile is dropped, and must be read again.
"""

import asyncio
from collections.abc import Mapping
from typing import cast

import faust
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from faust.types import TP

from invoice_formatter.kafka.intake import Intake
from invoice_shared.logs import get_logger
from invoice_shared.record import TopicPartition

log = get_logger(__name__)

# For the work in progress, and for the last commit. The broker, and so the whole group, waits a
# minute for a member.
PATIENCE_SECONDS = 30.0
COMMIT_SECONDS = 10.0


class OrderlyThread(AIOKafkaConsumerThread):
    """Reads everything again that was fetched and dropped during a rebalance."""

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Return to the commits, and to the beginning of a partition without a commit.

        The client returns only to commits. Without this, the first records of a partition would be
        skipped, and later ones committed past them.
        """
        committed = await super().seek_to_committed()
        if new := [partition for partition, offset in committed.items() if not offset]:
            await self.call_thread(self._ensure_consumer().seek_to_beginning, *new)
        return committed


class OrderlyConsumer(Consumer):
    """Stops and commits before a revocation, and continues after the assignment."""

    def _new_consumer_thread(self) -> OrderlyThread:
        return OrderlyThread(self, loop=self.loop, beacon=self.beacon)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Stop and commit, in limited time."""
        await cast("OrderlyTransport", self.transport).intake.stop(PATIENCE_SECONDS)
        # Not with a timeout: faust's calls into its other thread must not be cancelled.
        committing = asyncio.create_task(self.commit_and_end_transactions())
        if committing not in (await asyncio.wait({committing}, timeout=COMMIT_SECONDS))[0]:
            log.warning(
                "offsets not committed before partitions were revoked; their work is done again"
            )
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Continue with the assigned partitions, and drop the others."""
        mine = {TopicPartition(one.topic, one.partition) for one in assigned}
        cast("OrderlyTransport", self.transport).intake.go_on(mine)
        await super().on_partitions_assigned(assigned, generation_id)

    async def commit_and_end_transactions(self) -> None:
        """Commit all offsets, also those acknowledged during another commit."""
        if not await self.commit():  # it may only have waited for the other commit
            await self.commit()


class OrderlyTransport(Transport):
    """Builds the consumer of an intake."""

    Consumer = OrderlyConsumer

    def __init__(self, app: faust.App, intake: Intake) -> None:
        super().__init__(app.conf.broker_consumer, app)
        self.intake = intake
