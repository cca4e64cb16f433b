"""Serve one simulator on its own port, from a thread with its own event loop."""

import asyncio
import threading
from types import TracebackType
from typing import Self

from aiohttp import web

# Seconds for requests in progress at the end. A longer time would only wait for those that hang on
# purpose.
LINGER = 0.2


class SimulatorServer:
    """Serves ``app`` between ``start`` and ``stop``. ``port`` 0 means a free one."""

    def __init__(self, app: web.Application, host: str = "127.0.0.1", port: int = 0) -> None:
        self._app = app
        self._host = host
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._listening = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="simulator", daemon=True)

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end. Known once started."""
        return f"http://{self._host}:{self._port}"

    def start(self) -> str:
        """Listen; return the base URL. Raises ``OSError`` if the port is taken."""
        self._thread.start()
        self._listening.wait()
        if self._failure is not None:
            raise self._failure
        return self.url

    def stop(self) -> None:
        """Close the listener and every connection; return when the thread has ended."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()
            self._listening.set()

    async def _serve(self) -> None:
        # Cancellation ends a request that hangs on purpose as soon as its client disconnects.
        runner = web.AppRunner(
            self._app, access_log=None, handler_cancellation=True, shutdown_timeout=LINGER
        )
        try:
            await runner.setup()
            await web.TCPSite(runner, self._host, self._port, backlog=1024).start()
            self._port = runner.addresses[0][1]
            self._listening.set()
            await self._stopping.wait()
        except OSError as error:
            self._failure = error
        finally:
            await runner.cleanup()
