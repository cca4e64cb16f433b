"""The life of the process: wait for the topics, run, and at the end finish, commit and leave."""

import asyncio

from invoice_formatter.kafka.app import FormatterApp, assigned_partitions
from invoice_formatter.kafka.intake import Intake
from invoice_formatter.kafka.watch import BrokerWatch
from invoice_shared.logs import get_logger

log = get_logger(__name__)

WORK_SHARE, LEAVING_SHARE = 0.6, 0.3
"""Of the grace: for what is in work, and for the last commit and leaving the group.

The rest is for the exit itself.
"""


class Ending:
    """When the process ends, and with which exit code. The first reason counts."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self.exit_code = 0

    def ask(self) -> None:
        """Ask for an orderly end."""
        self._asked.set()

    def crash(self, error: BaseException) -> None:
        """End because of a defect: what is in work is handed back, and whoever supervises us starts
        us again.
        """
        if not self._asked.is_set():
            log.critical("crashed", exc_info=error)
            self.exit_code = 1
        self._asked.set()

    async def wait(self) -> None:
        """Return once the end was asked for."""
        await self._asked.wait()


class Service:
    """Owns the order of starting and stopping, nothing else."""

    def __init__(self, app: FormatterApp, intake: Intake, watch: BrokerWatch) -> None:
        self._app = app
        self._intake = intake
        self._watch = watch

    async def run(self, ending: Ending, grace_seconds: float) -> bool:
        """Run until ``ending`` asks; then take nothing more, finish or hand back, commit, leave
        within the grace.

        Gives False where the broker let us wait too long to close in order: threads of faust's may
        still hang on it.
        """
        life = asyncio.create_task(self._live(ending))
        await ending.wait()
        log.info("stopping")
        await self._intake.close(grace_seconds * WORK_SHARE)
        # Waited for from outside: faust's stop swallows a cancellation, and with it any timeout
        # around it.
        closing = asyncio.create_task(self._close())
        await asyncio.wait({closing}, timeout=grace_seconds * LEAVING_SHARE)
        life.cancel()
        if not closing.done():
            log.warning("left before all was closed; what was not committed is delivered again")
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
