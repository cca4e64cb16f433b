"""The only way to wait: look again until a condition holds, or a deadline reports what it was
instead.
"""

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


def eventually(check: Callable[[], Answer], timeout: float = 60, every: float = 0.1) -> Answer:
    """Return the first truthy answer of ``check``; look every ``every`` seconds for at most
    ``timeout`` seconds.

    A falsy answer or an ``AssertionError`` means "not yet". After the deadline the last assertion
    is raised unchanged, and a falsy answer as an ``AssertionError`` that shows it.
    """
    deadline = time.monotonic() + timeout
    while True:
        expired = time.monotonic() >= deadline
        try:
            answer = check()
        except AssertionError:
            if expired:
                raise
        else:
            if answer:
                return answer
            if expired:
                raise AssertionError(f"not within {timeout} s; the last answer was {answer!r}")
        time.sleep(every)


def never(check: Callable[[], object], during: float) -> None:
    """Assert that ``check`` stays falsy for ``during`` seconds; for what must not happen, if no
    event can show it.
    """
    deadline = time.monotonic() + during
    while time.monotonic() < deadline:
        answer = check()
        if answer:
            raise AssertionError(f"happened although it must not: {answer!r}")
        time.sleep(0.1)
