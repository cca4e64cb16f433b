"""The process from start to end: wait for the topics, run, finish, commit and leave."""

import asyncio

from invoice_formatter.kafka.app import FormatterApp, assigned_partitions
from invoice_formatter.kafka.broker_watch import BrokerWatch
from invoice_formatter.kafka.intake import Intake
from invoice_shared.logs import get_logger

log = get_logger(__name__)

# Shares of the grace: for the work in progress, and for the last commit and leaving the group. The
# rest is for the exit itself.
WORK_SHARE = 0.6
LEAVING_SHARE = 0.3


class Ending:
    """The request to end the process, with its exit code. The first reason counts."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self.exit_code = 0

    def ask(self) -> None:
        """Request an orderly end."""
        self._asked.set()

    def crash(self, error: BaseException) -> None:
        """End after a defect: the work in progress is dropped, and the process is restarted."""
        if not self._asked.is_set():
            log.critical("crashed", exc_info=error)
            self.exit_code = 1
        self._asked.set()

    async def wait(self) -> None:
        """Return when the end was requested."""
        await self._asked.wait()


class Service:
    """Starts and stops the parts in the right order."""

    def __init__(self, app: FormatterApp, intake: Intake, watch: BrokerWatch) -> None:
        self._app = app
        self._intake = intake
        self._watch = watch

    async def run(self, ending: Ending, grace_seconds: float) -> bool:
        """Run until ``ending`` asks; then finish or drop the work, commit and leave.

        Returns False if the broker did not answer in time to close in order: faust's threads may
        still wait for it.
        """
        life = asyncio.create_task(self._live(ending))
        await ending.wait()
        log.info("stopping")
        await self._intake.close(grace_seconds * WORK_SHARE)
        # Not with a timeout around it: faust's stop ignores a cancellation.
        closing = asyncio.create_task(self._close())
        await asyncio.wait({closing}, timeout=grace_seconds * LEAVING_SHARE)
        life.cancel()
        if not closing.done():
            log.warning("ended before all was closed; uncommitted records are delivered again")
        return closing.done()

    async def _close(self) -> None:
        await self._app.stop()
        await self._watch.close()

    async def _live(self, ending: Ending) -> None:
        try:
            self._app.use_broker(await self._watch.wait_for_the_start())
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._watch.run(lambda: assigned_partitions(self._app)))
                tasks.create_task(self._app.start())
                await self._app.wait_until_stopped()
                ending.crash(self._app.crash_reason or RuntimeError("faust stopped by itself"))
        except BaseExceptionGroup as error:
            ending.crash(error)
