import asyncio

from invoice_shared.heartbeat import HUNG_SECONDS, beat
from tests.unit.shared.test_ops import Ops


def test_a_hanging_event_loop_is_not_live_but_the_ops_port_still_answers() -> None:
    ops = Ops()
    ops.server.start()
    try:
        asyncio.run(hang(ops))
    finally:
        ops.server.stop()


async def hang(ops: Ops) -> None:
    beating = asyncio.create_task(beat(ops.health))
    await asyncio.sleep(0)
    assert ops.get("/livez")[0] == 200  # this coroutine blocks the loop from here on

    ops.clock.advance(HUNG_SECONDS)
    status, body = ops.get("/livez")

    assert (status, "event loop does not turn" in body) == (503, True)
    beating.cancel()
