"""Runs the dispatcher with threads: one lock, a fixed number of workers, each making one attempt at a time.

A worker never sleeps on behalf of an invoice: what must wait goes back to the dispatcher.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from invoice_creator.scheduling.dispatch import Dispatcher
from invoice_creator.scheduling.task import Task
from invoice_shared.errors import CallFailed

Attempt = Callable[[Task], CallFailed | None]
"""Makes one attempt at the task's phase: ``None`` = done. Must not raise."""

Ended = Callable[[str], object]
"""Told of each attempt that has ended, and of the system that it called."""


class Engine:
    """``attempt`` runs in ``concurrency`` threads between ``start`` and ``stop``."""

    def __init__(self, dispatcher: Dispatcher, attempt: Attempt, concurrency: int, ended: Ended) -> None:
        self._dispatcher = dispatcher
        self._attempt = attempt
        self._ended = ended
        self._changed = threading.Condition()
        self._stopping = False
        self._ends: list[Future[None]] = []
        self._concurrency = concurrency

    def start(self) -> None:
        """Start the workers."""
        for number in range(self._concurrency):
            end: Future[None] = Future()
            self._ends.append(end)
            # Daemons: a provider that does not answer must not keep a stopped process alive.
            threading.Thread(target=self._run, args=(end,), name=f"worker-{number}", daemon=True).start()

    @contextmanager
    def held(self) -> Iterator[Dispatcher]:
        """Give the dispatcher under its lock; workers look again afterwards."""
        with self._changed:
            yield self._dispatcher
            self._changed.notify_all()

    def wake(self) -> None:
        """Have the workers look again: something outside has changed what may be attempted."""
        with self._changed:
            self._changed.notify_all()

    def wait_until(self, condition: Callable[[Dispatcher], bool], timeout: float) -> bool:
        """Wait until ``condition`` holds, at most ``timeout`` seconds; tell whether it does."""
        with self._changed:
            return self._changed.wait_for(lambda: condition(self._dispatcher), timeout)

    def check(self) -> None:
        """Raise what a worker died of: a mistake in this program, whose invoice must not be left to a dead thread."""
        for end in self._ends:
            if end.done():
                end.result()

    def stop(self, timeout: float) -> bool:
        """Take no more; wait for the attempts in flight, at most ``timeout`` seconds. Tell whether all ended."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: not self._dispatcher.is_attempting(), timeout)

    def _run(self, end: Future[None]) -> None:
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - handed over: the main thread raises it in ``check``
            end.set_exception(error)
        else:
            end.set_result(None)

    def _work(self) -> None:
        while (task := self._next_task()) is not None:
            goes_on = True
            while goes_on:
                system = task.system
                error = self._attempt(task)
                self._ended(system)
                with self.held() as dispatcher:
                    goes_on = dispatcher.report(task, error)

    def _next_task(self) -> Task | None:
        with self._changed:
            while not self._stopping:
                if (task := self._dispatcher.take()) is not None:
                    return task
                self._changed.wait(self._dispatcher.seconds_until_due())
            return None
