from typing import Any

import pytest

from invoice_formatter.fetching import NOT_FOUND_TRIES, NotFetched
from invoice_shared.errors import CredentialsRefused, Rejected, Unavailable
from invoice_shared.failure import ProviderResponse
from tests.unit.formatter.world import CALL_SECONDS, Desk

ANSWERED = ProviderResponse(status=404, body="")
NOT_FOUND = Rejected("invoice-not-found", "Unknown.", response=ANSWERED)


class Patience(Desk):
    """A fetch from a scripted Metronome, which gives its answers in turn and repeats the last
    one.
    """

    def __init__(self, *answers: Any) -> None:
        super().__init__(lambda *_: answers[min(len(self.asked), len(answers)) - 1])

    async def fetch_one(self) -> Any:
        (task,) = await self.time.run(self.patient.fetch("customer", "invoice"))
        return task.result()

    @property
    def pauses(self) -> list[float]:
        """Return how long it slept between its tries."""
        return [seconds for seconds in self.time.slept if seconds != CALL_SECONDS]


async def test_an_answer_is_returned_unchanged() -> None:
    assert await Patience({"data": {}}).fetch_one() == {"data": {}}


async def test_an_outage_is_waited_out_however_long_it_lasts() -> None:
    patience = Patience(*[Unavailable("down")] * 500, "answer")

    assert await patience.fetch_one() == "answer"
    assert len(patience.asked) == 501
    assert max(patience.pauses) <= 30


async def test_a_requested_delay_is_kept() -> None:
    patience = Patience(Unavailable("slow down", retry_after=45), "answer")

    await patience.fetch_one()

    assert patience.pauses[0] >= 45


async def test_an_unknown_invoice_is_asked_for_a_few_times_before_it_is_refused() -> None:
    patience = Patience(NOT_FOUND)

    with pytest.raises(NotFetched) as refused:
        await patience.fetch_one()

    assert (refused.value.why.code, refused.value.attempts) == (
        "invoice-not-found",
        NOT_FOUND_TRIES,
    )
    assert len(patience.asked) == NOT_FOUND_TRIES


async def test_an_invoice_that_appears_late_is_fetched() -> None:
    patience = Patience(NOT_FOUND, Unavailable("down"), NOT_FOUND, "answer")

    assert await patience.fetch_one() == "answer"


async def test_another_refusal_is_final_at_once() -> None:
    patience = Patience(Rejected("invalid-invoice", "No."))

    with pytest.raises(NotFetched) as refused:
        await patience.fetch_one()

    assert refused.value.attempts == 1
    assert len(patience.asked) == 1


async def test_refused_credentials_are_retried_slowly_and_make_the_process_unready() -> None:
    patience = Patience(CredentialsRefused("No key."), CredentialsRefused("No key."), "answer")

    await patience.time.run(patience.fetch("customer", "invoice"), seconds=CALL_SECONDS)
    assert patience.health.missing_parts() == ["metronome credentials: No key."]
    await patience.time.run(seconds=0)
    assert await patience.fetch_one() == "answer"

    assert patience.health.missing_parts() == []
    assert patience.time.clock.monotonic() >= 3, "probes come after 1, 2, 4 … seconds"


async def test_any_answer_about_the_invoice_proves_that_the_credentials_are_good() -> None:
    patience = Patience(
        CredentialsRefused("No key."), Rejected("invalid-invoice", "No.", response=ANSWERED)
    )

    with pytest.raises(NotFetched):
        await patience.fetch_one()

    assert patience.health.missing_parts() == []


async def test_each_finished_attempt_is_progress() -> None:
    patience = Patience(*[Unavailable("down")] * 500, "answer")
    patience.health.lag(1)

    await patience.fetch_one()

    assert patience.time.clock.monotonic() > 1800
    assert patience.health.is_live()


async def test_the_next_call_goes_out_before_an_answer_is_processed() -> None:
    desk = Desk(lambda _, invoice_id: invoice_id, concurrency=1)
    asked_before: list[list[str]] = []

    async def fetch_and_process(invoice_id: str) -> None:
        await desk.fetch("customer", invoice_id)
        asked_before.append(list(desk.asked))

    await desk.time.run(fetch_and_process("first"), fetch_and_process("second"))

    assert asked_before == [["first", "second"], ["first", "second"]]


async def test_an_answer_is_in_progress_until_it_is_processed() -> None:
    desk = Desk(lambda *_: "answer")
    was_idle: list[bool] = []

    async def stop() -> None:
        was_idle.append(await desk.underway.ended(CALL_SECONDS))
        was_idle.append("invoice" in desk.ends)

    await desk.time.run(desk.fetch("customer", "invoice"), stop())

    assert was_idle == [True, True]


async def test_nothing_is_called_or_in_progress_while_turns_are_held() -> None:
    desk = Desk(lambda *_: "answer")
    desk.turns.hold()
    await desk.time.run(desk.fetch("customer", "invoice"), seconds=60)
    assert (desk.asked, await desk.underway.ended(0)) == ([], True)

    desk.turns.release()
    await desk.time.run(desk.fetch("customer", "other"))

    assert desk.ends == dict.fromkeys(["invoice", "other"], "answer")


async def test_an_abandoned_call_returns_its_slot() -> None:
    desk = Desk(lambda *_: "answer", concurrency=1)
    (abandoned,) = await desk.time.run(desk.fetch("customer", "first"), seconds=CALL_SECONDS / 2)
    abandoned.cancel()

    await desk.time.run(desk.fetch("customer", "second"), seconds=60)

    assert desk.ends == {"second": "answer"}


async def test_an_outage_is_not_probed_while_turns_are_held() -> None:
    desk = Desk(lambda *_: CredentialsRefused("No key."))
    await desk.time.run(desk.fetch("customer", "invoice"), seconds=CALL_SECONDS)
    probes = len(desk.asked)
    desk.turns.hold()

    await desk.time.run(desk.fetch("customer", "other"), seconds=60)
    assert len(desk.asked) == probes

    desk.reply = lambda *_: "answer"
    desk.turns.release()
    await desk.time.run(desk.fetch("customer", "third"), seconds=60)

    assert desk.ends == dict.fromkeys(["invoice", "other", "third"], "answer")
