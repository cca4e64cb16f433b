import asyncio
from concurrent.futures import Future

import pytest

from invoice_shared.publishing import AwaitedPublisher, PublishFailed
from invoice_shared.record import OutgoingRecord
from tests.fakes import FakePublisher

RECORD = OutgoingRecord("raw-invoices", b"k", b"{}")


class SlowBroker(FakePublisher):
    """Answers when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.answer: Future[None] = Future()
        self.answer.set_running_or_notify_cancel()

    def send(self, record: OutgoingRecord) -> Future[None]:
        return self.answer


async def test_it_returns_once_the_broker_has_acknowledged() -> None:
    broker = SlowBroker()

    publishing = asyncio.ensure_future(AwaitedPublisher(broker, 30).publish(RECORD))
    await asyncio.wait({publishing}, timeout=0.01)
    assert not publishing.done()
    broker.answer.set_result(None)

    await publishing


async def test_a_refusal_is_raised() -> None:
    broker = FakePublisher()
    broker.fail()

    with pytest.raises(PublishFailed, match="does not acknowledge"):
        await AwaitedPublisher(broker, 30).publish(RECORD)


async def test_a_broker_that_stays_silent_is_waited_for_so_long_and_no_longer() -> None:
    broker = SlowBroker()

    with pytest.raises(PublishFailed, match="in time"):
        await AwaitedPublisher(broker, 0.01).publish(RECORD)
    broker.answer.set_result(None)  # comes late, and finds that nobody took it away
