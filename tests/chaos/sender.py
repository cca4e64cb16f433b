"""Metronome's side of the webhook: each event is delivered until it is answered 200, as by
Metronome.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self

# Returns the status of the answer; raises ``OSError`` if there was none.
Deliver = Callable[[Any], int]

SENDERS = 4
AGAIN_SECONDS = 0.5


class Sender:
    """Spreads the deliveries evenly over ``seconds``, and repeats those that were not accepted."""

    def __init__(self, deliver: Deliver, events: Sequence[Any], seconds: float) -> None:
        self._deliver = deliver
        self._events = events
        self._gap = seconds / max(1, len(events))
        self._gave_up = threading.Event()
        self._pool = ThreadPoolExecutor(SENDERS + 1)
        self._answers: list[Future[int]] = []
        self.refusals: list[int] = []

    def __enter__(self) -> Self:
        self._pacing = self._pool.submit(self._pace)
        return self

    def __exit__(self, *_: object) -> None:
        self._gave_up.set()
        self._pool.shutdown(cancel_futures=True)

    def wait_until_all_are_accepted(self, timeout: float) -> None:
        """Return once every event was answered 200."""
        self._pacing.result(timeout)
        for answer in self._answers:
            answer.result(timeout)

    def _pace(self) -> None:
        for event in self._events:
            if self._gave_up.wait(self._gap):
                return
            self._answers.append(self._pool.submit(self._until_accepted, event))

    def _until_accepted(self, event: Any) -> int:
        refusals = 0
        while (status := self._try(event)) != 200:
            self.refusals.append(status)
            refusals += 1
            if self._gave_up.wait(AGAIN_SECONDS):
                raise AssertionError(f"an event was never taken; the last answer was {status}")
        return refusals

    def _try(self, event: Any) -> int:
        try:
            return self._deliver(event)
        except OSError:
            return 0
