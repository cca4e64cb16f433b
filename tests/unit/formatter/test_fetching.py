from collections.abc import Iterable
from typing import Any

import pytest

from invoice_formatter.fetching import CREDENTIALS, NOT_FOUND_TRIES, PatientFetch
from invoice_shared.errors import CredentialsRefused, Rejected, Unavailable
from invoice_shared.health import Health
from tests.fakes import FakeClock

NOT_FOUND = Rejected("invoice-not-found", "Unknown.")


class ScriptedMetronome:
    """Answers as told, one after the other; the last one for ever."""

    def __init__(self, answers: Iterable[Any]) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def get_invoice(self, customer_id: str, invoice_id: str) -> Any:
        answer = self._answers[min(self.asked, len(self._answers) - 1)]
        self.asked += 1
        if isinstance(answer, Exception):
            raise answer
        return answer


class Patience:
    """A fetch over a scripted Metronome, and how long it slept between its tries."""

    def __init__(self, *answers: Any) -> None:
        self.metronome = ScriptedMetronome(answers)
        self.health = Health(FakeClock(), 120)
        self.slept: list[float] = []
        self.not_ready_while_sleeping: list[bool] = []
        self._fetch = PatientFetch(self.metronome.get_invoice, self.health, backoff_max_seconds=30, sleep=self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.not_ready_while_sleeping.append(bool(self.health.missing_parts()))

    async def fetch(self) -> Any:
        return await self._fetch.fetch("customer", "invoice")


async def test_an_answer_is_given_as_it_is() -> None:
    assert await Patience({"data": {}}).fetch() == {"data": {}}


async def test_an_outage_is_waited_for_however_long_it_lasts() -> None:
    patience = Patience(*[Unavailable("down")] * 500, "answer")

    assert await patience.fetch() == "answer"
    assert patience.metronome.asked == 501
    assert max(patience.slept) <= 30


async def test_a_wished_delay_is_kept() -> None:
    patience = Patience(Unavailable("slow down", retry_after=45), "answer")

    await patience.fetch()

    assert patience.slept[0] >= 45


async def test_an_unknown_invoice_is_asked_for_a_few_times_before_it_is_refused() -> None:
    patience = Patience(NOT_FOUND)

    with pytest.raises(Rejected) as refused:
        await patience.fetch()

    assert refused.value.code == "invoice-not-found"
    assert patience.metronome.asked == NOT_FOUND_TRIES


async def test_an_invoice_that_appears_late_is_fetched() -> None:
    patience = Patience(NOT_FOUND, Unavailable("down"), NOT_FOUND, "answer")

    assert await patience.fetch() == "answer"


async def test_another_refusal_is_final_at_once() -> None:
    patience = Patience(Rejected("invalid-invoice", "No."))

    with pytest.raises(Rejected):
        await patience.fetch()

    assert patience.metronome.asked == 1


async def test_refused_credentials_are_tried_slowly_and_make_the_process_not_ready() -> None:
    patience = Patience(CredentialsRefused("No key."), CredentialsRefused("No key."), "answer")

    assert await patience.fetch() == "answer"
    assert patience.slept == [30, 30]
    assert patience.not_ready_while_sleeping == [True, True]
    assert patience.health.missing_parts() == []


async def test_any_answer_about_the_invoice_shows_that_the_credentials_are_good() -> None:
    patience = Patience(Rejected("invalid-invoice", "No."))
    patience.health.missing(CREDENTIALS, "refused before")

    with pytest.raises(Rejected):
        await patience.fetch()

    assert patience.health.missing_parts() == []
