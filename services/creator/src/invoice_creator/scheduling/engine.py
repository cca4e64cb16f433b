"""Run the dispatcher with threads: one lock, and workers that make one attempt at a time.

A worker never sleeps for an invoice: a task that must wait goes back to the dispatcher. Workers
wake each other one by one: a worker that takes a task wakes the next. To wake all each time costs
half a core with 64 idle workers (measured).
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass

from invoice_creator.scheduling.dispatch import Dispatcher
from invoice_creator.scheduling.task import Task
from invoice_shared.clock import Clock
from invoice_shared.errors import CallFailed

# Makes one attempt at the task's phase; ``None`` means done. Must not raise.
Attempt = Callable[[Task], CallFailed | None]

# Called after each attempt, with the system that it called.
Ended = Callable[[str], object]


@dataclass(slots=True, eq=False)
class _Wait:
    """Over once its condition held after an attempt, however long its thread takes to notice."""

    condition: Callable[[Dispatcher], bool]
    is_over: bool


class Engine:
    """``attempt`` runs in ``workers`` threads between ``start`` and ``stop``."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        attempt: Attempt,
        workers: int,
        ended: Ended,
        *,
        clock: Clock,
    ) -> None:
        self._dispatcher = dispatcher
        self._attempt = attempt
        self._ended = ended
        self._clock = clock
        lock = threading.RLock()
        # Workers wait for the first condition, the polling thread for the second.
        self._due, self._reported = threading.Condition(lock), threading.Condition(lock)
        self._wakes_at: float | None = None
        self._waits: list[_Wait] = []
        self._stopping = False
        self._ends: list[Future[None]] = []
        self._workers = workers

    def start(self) -> None:
        """Start the workers."""
        for number in range(self._workers):
            end: Future[None] = Future()
            self._ends.append(end)
            # Daemons: a provider that does not answer must not keep a stopped process alive.
            threading.Thread(
                target=self._run, args=(end,), name=f"worker-{number}", daemon=True
            ).start()

    @contextmanager
    def held(self) -> Iterator[Dispatcher]:
        """Yield the dispatcher under its lock. Call ``wake`` after a record was offered."""
        with self._due:
            yield self._dispatcher

    def wake(self) -> None:
        """Wake the workers: a task may be due that was not."""
        with self._due:
            self._call_another()

    def wait_until(self, condition: Callable[[Dispatcher], bool], timeout: float) -> bool:
        """Wait until ``condition`` is true, at most ``timeout`` seconds; return whether it is."""
        with self._reported:
            wait = _Wait(condition, is_over=condition(self._dispatcher))
            self._waits.append(wait)
            self._reported.wait_for(lambda: wait.is_over, timeout)
            self._waits.remove(wait)
            return wait.is_over or condition(self._dispatcher)

    def check(self) -> None:
        """Raise the error that ended a worker, which is a defect of this program."""
        for end in self._ends:
            if end.done():
                end.result()

    def stop(self, timeout: float) -> bool:
        """Begin no more attempts; wait for those in flight, at most ``timeout`` seconds.

        Returns whether all ended.
        """
        with self._due:
            self._stopping = True
            self._due.notify_all()
            return self.wait_until(lambda dispatcher: not dispatcher.is_attempting(), timeout)

    def _run(self, end: Future[None]) -> None:
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - the main thread raises it in ``check``
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
                goes_on = self._report(task, error)

    def _report(self, task: Task, error: CallFailed | None) -> bool:
        with self._due:
            goes_on = self._dispatcher.report(task, error)
            self._call_another()
            self._end_waits()
        return goes_on

    def _end_waits(self) -> None:
        for wait in self._waits:
            if wait.condition(self._dispatcher):
                wait.is_over = True
                self._reported.notify_all()

    def _next_task(self) -> Task | None:
        with self._due:
            while not self._stopping:
                if (task := self._dispatcher.take()) is not None:
                    self._call_another()
                    return task
                self._rest()
            return None

    def _call_another(self) -> None:
        """Wake a worker if something is due, or will be before one wakes by itself."""
        seconds = self._dispatcher.seconds_until_due()
        if seconds is None:
            return
        until = self._clock.monotonic() + seconds
        if not seconds or self._wakes_at is None or until < self._wakes_at:
            self._due.notify()

    def _rest(self) -> None:
        """Wait to be woken.

        One worker also wakes when the next task is due, and wakes the others.
        """
        seconds = self._dispatcher.seconds_until_due()
        until = None if seconds is None else self._clock.monotonic() + seconds
        if until is None or (self._wakes_at is not None and self._wakes_at <= until):
            self._due.wait()
            return
        self._wakes_at = until
        self._due.wait(seconds)
        if self._wakes_at == until:
            self._wakes_at = None
