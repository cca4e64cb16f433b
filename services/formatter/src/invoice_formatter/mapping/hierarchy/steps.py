"""What must be asked of Metronome, as steps that whoever runs them answers: waiting or not, in a
loop or a thread.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from invoice_shared.errors import Rejected
from invoice_shared.metronome.questions import Question

Told = TypeVar("Told")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Step(Generic[Told]):
    """Ask, after ``wait_seconds``; ``read`` makes a plain value of the answer, or raises
    ``Rejected``.

    ``is_kept`` says that an answer of the last minutes serves as well.
    """

    question: Question
    read: Callable[[Any], Told]
    is_kept: bool = True
    wait_seconds: float = 0.0


# Yields steps, is sent what each was told, or has its ``Rejected`` thrown in.
Steps = Generator[Step[Any], Any, Result]


def run(steps: Steps[Result], answer_of: Callable[[Step[Any]], Any]) -> Result:
    """Run steps in this thread; ``answer_of`` returns what a step is told, or raises
    ``Rejected``.
    """
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
