"""The objects that every page uses."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from aiohttp import web

from invoice_operations.installation import Installation
from invoice_operations.view.view import View
from invoice_shared.errors import ConnectorError, Unavailable
from invoice_web.attempts import Attempts
from invoice_web.identity import Identities
from invoice_web.logins import Logins
from invoice_web.readying import Readying
from invoice_web.reconciling import Reconciling
from invoice_web.rendering import Templates
from invoice_web.replays import Replays
from invoice_web.sessions import Sessions
from invoice_web.settings import WebSettings
from invoice_web.view_follower import Following

# Queries of SQLite are short. Calls of other systems can wait for a long time.
ASKING_THREADS = 4
WORKING_THREADS = 8

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Desk:
    """The objects that every page uses; ``secret`` signs cookies and tokens.

    Slow work has its own threads, so that short queries do not wait for it.
    """

    settings: WebSettings
    installation: Installation
    following: Following
    replays: Replays
    reconciling: Reconciling
    readying: Readying
    sessions: Sessions
    identities: Identities
    logins: Logins
    attempts: Attempts
    templates: Templates
    secret: str
    _asking: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(ASKING_THREADS, "asking")
    )
    _working: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(WORKING_THREADS, "working")
    )
    # One hash at a time, because each comparison takes 64 MiB.
    _hashing: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "hashing"))

    @property
    def view(self) -> View:
        """Return the state of all invoices as it was read last.

        Raises ``Unavailable`` if nothing was read yet.
        """
        return self.following.view

    async def ask(self, question: Callable[[], Answer]) -> Answer:
        """Return the result of a short query of a file."""
        return await asyncio.get_running_loop().run_in_executor(self._asking, question)

    async def work(self, work: Callable[[], Answer]) -> Answer:
        """Return the result of work that calls other systems."""
        return await asyncio.get_running_loop().run_in_executor(self._working, work)

    async def compare(self, comparison: Callable[[], Answer]) -> Answer:
        """Return the result of a comparison of passwords."""
        return await asyncio.get_running_loop().run_in_executor(self._hashing, comparison)

    async def change(self, work: Callable[[], Answer]) -> Answer:
        """Return the result of a change, after the state on the page contains it.

        Raises ``Unavailable`` at once if the broker is known to be unreachable.
        """
        self.needs_broker()

        def changed() -> Answer:
            done = work()
            with suppress(ConnectorError):  # the change is done, even if it cannot be shown
                self.following.refresh()
            return done

        return await self.work(changed)

    def needs_broker(self) -> None:
        """Raise ``Unavailable`` if the broker is known to be unreachable, without another wait."""
        if (problem := self.following.problem) is not None:
            raise Unavailable(problem)

    def close(self) -> None:
        """Accept no more work, and wait for the work in progress."""
        for pool in (self._asking, self._working, self._hashing):
            pool.shutdown(wait=True, cancel_futures=True)


DESK = web.AppKey("desk", Desk)
