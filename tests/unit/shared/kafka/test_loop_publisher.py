"""The publisher for an event loop: a call ends with the broker's answer or the timeout, and with
nothing else.
"""

import asyncio
from typing import cast

import pytest
from confluent_kafka import Producer

from invoice_shared.kafka.loop_publisher import LoopPublisher
from invoice_shared.publishing import PublishFailed
from tests.unit.shared.kafka.fakes import FATAL, PASSING, RECORD, FakeProducer


def publisher_over(*producers: FakeProducer, timeout: float = 30) -> LoopPublisher:
    """Return a publisher whose producers come in this order."""
    left = iter(producers)
    return LoopPublisher(lambda: cast("Producer", next(left)), timeout)


async def test_it_returns_once_the_broker_has_acknowledged() -> None:
    producer = FakeProducer(silent=True)
    publishing = asyncio.ensure_future(publisher_over(producer).publish(RECORD))
    await asyncio.wait({publishing}, timeout=0.01)
    assert not publishing.done()

    producer.silent = False

    await asyncio.wait_for(publishing, 10)


async def test_records_that_are_awaited_together_are_all_answered() -> None:
    publisher = publisher_over(FakeProducer())

    await asyncio.gather(*(publisher.publish(RECORD) for _ in range(100)))


@pytest.mark.parametrize("refuses", [True, False], ids=["at produce", "by a report"])
async def test_a_refusal_is_raised(refuses: bool) -> None:
    with pytest.raises(PublishFailed, match="moved"):
        await publisher_over(FakeProducer(PASSING, refuses=refuses)).publish(RECORD)


async def test_a_silent_broker_is_waited_for_until_the_timeout() -> None:
    producer = FakeProducer(silent=True)
    publisher = publisher_over(producer, timeout=0.01)

    with pytest.raises(PublishFailed, match="in time"):
        await publisher.publish(RECORD)
    producer.silent = False  # the first answer comes late, and nobody waits for it

    await publisher.publish(RECORD)


async def test_a_cancelled_wait_does_not_keep_others_from_their_answers() -> None:
    producer = FakeProducer(silent=True)
    publisher = publisher_over(producer)
    gone, waiting = (asyncio.ensure_future(publisher.publish(RECORD)) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    producer.silent = False

    await asyncio.wait_for(waiting, 10)
    assert gone.cancelled()


async def test_after_a_fatal_error_the_next_record_goes_out() -> None:
    publisher = publisher_over(FakeProducer(FATAL, raised=FATAL), FakeProducer())

    with pytest.raises(PublishFailed):
        await publisher.publish(RECORD)

    await publisher.publish(RECORD)
