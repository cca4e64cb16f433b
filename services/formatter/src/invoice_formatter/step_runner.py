"""Run the mapping's steps: ask Metronome who pays for an invoice, as patiently as ``fetching``."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from invoice_formatter.cache import Cache
from invoice_formatter.fetching import NotFetched, PatientFetch
from invoice_formatter.mapping.hierarchy.steps import Step, Steps
from invoice_formatter.turns import Sleep
from invoice_shared.clock import Clock
from invoice_shared.errors import Rejected
from invoice_shared.metronome.questions import Question

# ``AsyncMetronomeClient.ask``, which tries once.
Ask = Callable[[Question], Awaitable[Any]]
Result = TypeVar("Result")


class PatientAsking:
    """Runs steps, and caches contracts and customers for ten minutes.

    A hierarchy's invoices come within seconds of each other.
    """

    def __init__(
        self, ask: Ask, patient: PatientFetch, clock: Clock, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._ask = ask
        self._patient = patient
        self._sleep = sleep
        self._cache: Cache[Question, Any] = Cache(clock)

    async def run(self, steps: Steps[Result], invoice_id: str) -> Result:
        """Run the steps for an invoice; an outage is waited for.

        Raises only what the steps raise.
        """
        try:
            step = next(steps)
            while True:
                try:
                    told = await self._answer(step, invoice_id)
                except NotFetched as error:
                    step = steps.throw(error.why)
                except Rejected as refused:
                    step = steps.throw(refused)
                else:
                    step = steps.send(told)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]

    async def _answer(self, step: Step[Any], invoice_id: str) -> Any:
        question = step.question
        if step.is_kept and (known := self._cache.get(question)) is not None:
            return known
        if step.wait_seconds:
            await self._sleep(step.wait_seconds)
        answer = await self._patient.call(
            question.customer_id, invoice_id, lambda: self._ask(question)
        )
        told = step.read(answer)
        if step.is_kept:
            self._cache.put(question, told)
        return told
