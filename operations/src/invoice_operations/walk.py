"""Process many items in a few threads, in constant memory."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

# Calls submitted per thread ahead of the one that is awaited.
AHEAD = 4


def in_parallel(
    work: Callable[[Item], Answer], items: Iterable[Item], threads: int
) -> Iterator[Answer]:
    """Yield the results in the order of the items.

    The first error ends it, and work that has not begun is cancelled.
    """
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[Answer]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) >= threads * AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for each in waiting:
                each.cancel()
