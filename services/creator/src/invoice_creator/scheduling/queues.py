"""Queue the tasks that wait, with one queue per system that they must call.

Pure, except the clock.
"""

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable

from invoice_creator.scheduling.task import Task
from invoice_shared.clock import Clock
from invoice_shared.resilience.circuit import Circuit

# The time when it is due, the order of arrival, the task.
Entry = tuple[float, int, Task]


class Queues:
    """Returns a system's tasks in the order in which they are due, if its circuit admits them.

    Not thread-safe.
    """

    def __init__(
        self, clock: Clock, circuits: defaultdict[str, Circuit], is_paused: Callable[[str], bool]
    ) -> None:
        self._clock = clock
        self._circuits = circuits
        self._is_paused = is_paused
        self._queues: dict[str, list[Entry]] = {}
        self._arrivals = 0

    def put(self, task: Task, delay: float = 0.0) -> None:
        """Add a task that is due in ``delay`` seconds."""
        self._arrivals += 1
        heapq.heappush(
            self._queues.setdefault(task.system, []),
            (self._clock.monotonic() + delay, self._arrivals, task),
        )

    def take(self) -> Task | None:
        """Remove and return the oldest task that is due and admitted."""
        now = self._clock.monotonic()
        due = [
            (head, system)
            for system, head in self._heads()
            if head[0] <= now and self._circuits[system].admits()
        ]
        return heapq.heappop(self._queues[min(due)[1]])[2] if due else None

    def seconds_until_due(self) -> float | None:
        """Return the seconds until a task is due, or ``None`` until something else happens."""
        times = [self._circuits[system].not_before(head[0]) for system, head in self._heads()]
        known = [time for time in times if time is not None]
        return max(0.0, min(known) - self._clock.monotonic()) if known else None

    def _heads(self) -> Iterable[tuple[str, Entry]]:
        for system, queue in self._queues.items():
            while queue and queue[0][2].is_over:
                heapq.heappop(queue)
            if queue and not self._is_paused(system):
                yield system, queue[0]
