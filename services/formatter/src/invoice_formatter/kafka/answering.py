"""Find a broker that answers: a client waits more than a minute for a silent one."""

import asyncio
from typing import Any

from aiokafka.conn import collect_hosts, create_conn  # type: ignore[import-untyped]
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]


async def first_answering(connection: dict[str, Any], seconds: float) -> str:
    """Return the first of ``bootstrap_servers`` that answers a log-in; all are asked at once.

    Raises ``OSError`` or ``KafkaError`` if none answers within ``seconds``.
    """
    credentials = {name: value for name, value in connection.items() if name != "bootstrap_servers"}
    addresses = (address.strip() for address in connection["bootstrap_servers"].split(","))
    asked = [
        asyncio.create_task(_ask(address, credentials, seconds)) for address in addresses if address
    ]
    try:
        return await _first(asked)
    finally:
        for each in asked:
            each.cancel()
        await asyncio.gather(*asked, return_exceptions=True)


async def _first(asked: list[asyncio.Task[str]]) -> str:
    failed: Exception = OSError("no address is configured")
    for answer in asyncio.as_completed(asked):
        try:
            return await answer
        except (KafkaError, OSError) as error:
            failed = error
    raise failed


async def _ask(address: str, credentials: dict[str, Any], seconds: float) -> str:
    host, port, _family = collect_hosts([address])[0]
    connected = await create_conn(host, port, request_timeout_ms=int(seconds * 1000), **credentials)
    connected.close()
    return address
