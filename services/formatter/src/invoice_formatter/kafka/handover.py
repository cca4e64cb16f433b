"""Faust's consumer, made to give partitions up in order: work at a standstill, offsets committed,
then given up.

A rebalance takes all partitions from every member, and most come back. Faust forgets what was
acknowledged before it tells anybody of the revocation, and at the assignment it reads from the
committed offsets again: whatever was not committed by then would be done twice, here or by the next
owner.
"""

import asyncio
from typing import cast

import faust
from faust.transport.drivers.aiokafka import Consumer, Transport
from faust.types import TP

from invoice_formatter.kafka.intake import Intake
from invoice_shared.logs import get_logger
from invoice_shared.record import TopicPartition

log = get_logger(__name__)

# For what is under way, and for the last commit. The broker waits a minute for a member, and so
# does the whole group.
PATIENCE_SECONDS = 30.0
COMMIT_SECONDS = 10.0


class OrderlyConsumer(Consumer):
    """Comes to a standstill and commits before partitions are given up, and goes on with those that
    come back.
    """

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Give partitions up, in bounded time."""
        await cast("OrderlyTransport", self.transport).intake.stop(PATIENCE_SECONDS)
        # Waited for from outside: faust's calls into its other thread are not to be cancelled.
        committing = asyncio.create_task(self.commit_and_end_transactions())
        if committing not in (await asyncio.wait({committing}, timeout=COMMIT_SECONDS))[0]:
            log.warning(
                "offsets not committed before partitions were given up; what was done is done again"
            )
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Go on with what stays, and abandon what went."""
        mine = {TopicPartition(one.topic, one.partition) for one in assigned}
        cast("OrderlyTransport", self.transport).intake.go_on(mine)
        await super().on_partitions_assigned(assigned, generation_id)

    async def commit_and_end_transactions(self) -> None:
        """Commit everything, also what was acknowledged after another commit had begun; also called
        at the end.
        """
        if not await self.commit():  # it may only have waited for that one
            await self.commit()


class OrderlyTransport(Transport):
    """Builds the orderly consumer of an intake."""

    Consumer = OrderlyConsumer

    def __init__(self, app: faust.App, intake: Intake) -> None:
        super().__init__(app.conf.broker_consumer, app)
        self.intake = intake
