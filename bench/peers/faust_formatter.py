"""A formatter as a team would write it with faust: one agent, sixteen lanes, the same decoding as
the prototype.

Its acknowledgements may pass a record in work, which ours must not.
"""

import asyncio
import os
from typing import Any

import aiohttp
import faust
import uvloop

from bench.peers.prototype_formatter import CONCURRENCY, RAW, document_of


async def main() -> None:
    """Run the application until it is ended."""
    app = faust.App(
        os.environ["KAFKA_CONSUMER_GROUP"],
        loop=asyncio.get_running_loop(),
        broker=f"kafka://{os.environ['KAFKA_BOOTSTRAP_SERVERS']}",
        broker_session_timeout=10.0,
        broker_heartbeat_interval=2.5,
        consumer_auto_offset_reset="earliest",
        producer_acks=-1,
        value_serializer="raw",
        key_serializer="raw",
        store="memory://",
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
    )
    formatted = app.topic(
        os.environ["FORMATTED_INVOICES_TOPIC"], value_serializer="raw", key_serializer="raw"
    )
    base = os.environ["METRONOME_BASE_URL"]
    headers = {"Authorization": f"Bearer {os.environ['METRONOME_API_KEY']}"}
    async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(30)) as session:
        limit = asyncio.Semaphore(CONCURRENCY)

        async def settle(event: Any) -> None:
            try:
                raw = RAW.decode(event.message.value)
                async with session.get(
                    f"{base}/v1/customers/{raw.customer_id}/invoices/{raw.invoice_id}"
                ) as answer:
                    body = await answer.read()
                await (await formatted.send(key=event.message.key, value=document_of(body)))
                event.ack()
            finally:
                limit.release()

        async def take(stream: Any) -> None:
            tasks: set[asyncio.Task[None]] = set()
            async for event in stream.noack().events():
                await limit.acquire()
                task = asyncio.create_task(settle(event))
                tasks.add(task)
                task.add_done_callback(tasks.discard)

        app.agent(
            app.topic(
                os.environ["RAW_INVOICES_TOPIC"], value_serializer="raw", key_serializer="raw"
            )
        )(take)
        await app.start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main())
