"""What faust fetches and drops during a rebalance is read again, also before the first commit."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from typing import cast

import pytest

from invoice_formatter.kafka.app import FormatterApp, attach_intake, create_app
from invoice_formatter.kafka.broker_watch import BrokerWatch
from invoice_formatter.kafka.credentials import aiokafka_arguments
from invoice_formatter.kafka.intake import Intake
from invoice_formatter.settings import FormatterSettings
from invoice_shared.health import Health
from invoice_shared.metrics import Metrics
from invoice_shared.record import Record, TopicPartition
from invoice_shared.settings import read
from tests.fakes import FakeClock
from tests.integration.formatter.world import World, raw_record

COUNT = 10
DEADLINE = 30


class Unsettled:
    """Takes records into work that never ends, so nothing is acknowledged or committed."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.changed = asyncio.Event()

    async def take(
        self, record: Record, acknowledge: Callable[[], object], is_current: Callable[[], bool]
    ) -> None:
        self.taken.append(record.position)
        self.changed.set()

    async def stop(self, seconds: float) -> None:
        """Nothing is in progress."""

    def go_on(self, assigned: Collection[TopicPartition]) -> None:
        """Nothing was stopped."""

    async def until(self, count: int) -> None:
        async with asyncio.timeout(DEADLINE):
            while len(self.taken) < count:
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def formatting(settings: FormatterSettings, intake: Unsettled) -> AsyncIterator[FormatterApp]:
    """Run the application until the block ends."""
    watch = BrokerWatch(
        aiokafka_arguments(settings),
        settings.group,
        [settings.raw_invoices_topic],
        health=Health(FakeClock(), 60),
        metrics=Metrics(),
    )
    app = create_app(settings, buffered=COUNT)
    attach_intake(app, settings.raw_invoices_topic, cast("Intake", intake), watch)
    app.use_broker(await watch.wait_for_the_start())
    starting = asyncio.create_task(app.start())
    try:
        yield app
    finally:
        await starting
        await app.stop()
        await watch.close()


@pytest.mark.broker
@pytest.mark.real_broker
async def test_records_fetched_before_the_first_commit_are_not_skipped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in world.settings().items():
        monkeypatch.setenv(name, value)
    world.topics.produce("raw-invoices", [raw_record(f"invoice-{n}") for n in range(COUNT)])
    intake = Unsettled()

    async with formatting(read(FormatterSettings), intake) as app:
        await intake.until(COUNT)
        # As faust does with records that a fetch brings during a rebalance.
        await app.consumer.perform_seek()
        await intake.until(2 * COUNT)

    assert sorted(intake.taken) == sorted(2 * intake.taken[:COUNT])
