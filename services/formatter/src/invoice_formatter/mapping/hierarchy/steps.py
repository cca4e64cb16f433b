"""Questions to Metronome as steps, which run in an event loop or in a thread."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from invoice_shared.errors import Rejected
from invoice_shared.metronome.questions import Question

Told = TypeVar("Told")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Step(Generic[Told]):
    """A question, asked after ``wait_seconds``.

    ``read`` converts the response, or raises ``Rejected``.

    ``is_kept`` means that a cached response can be used.
    """

    question: Question
    read: Callable[[Any], Told]
    is_kept: bool = True
    wait_seconds: float = 0.0


# Yields steps, and receives each step's value, or its ``Rejected``.
Steps = Generator[Step[Any], Any, Result]


def run(steps: Steps[Result], answer_of: Callable[[Step[Any]], Any]) -> Result:
    """Run steps in this thread; ``answer_of`` returns a step's value, or raises ``Rejected``."""
    try:
        step = next(steps)
        while True:
            try:
                told = answer_of(step)
            except Rejected as refused:
                step = steps.throw(refused)
            else:
                step = steps.send(told)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
