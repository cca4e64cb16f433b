"""Which invoices are given up without an answer from Metronome, and which never are."""

from random import Random
from typing import Any

import pytest

from invoice_formatter.judgement import MIN_OWN_ANSWERS
from invoice_shared.answer import Answer
from invoice_shared.errors import CallFailed, CredentialsRefused, Unavailable, Unreachable
from invoice_shared.metronome.answers import read_answer
from tests.fakes import START
from tests.unit.formatter.world import PATIENCE, Desk, Reply

DAY = 86_400.0
OUTAGE = 7200.0
BAD = "bad"
SILENCE = Unavailable("Metronome did not answer in time.", about="invoice")
NO_CONNECTION = Unreachable("Metronome cannot be reached.")


def status(code: int, **headers: str) -> CallFailed:
    """Return what an answer of Metronome's means."""
    with pytest.raises(CallFailed) as failed:
        read_answer(
            Answer(code, {name.replace("_", "-"): value for name, value in headers.items()}, b""),
            START,
        )
    return failed.value


def bad_alone(error: CallFailed) -> Reply:
    return lambda _customer, invoice: error if invoice == BAD else "served"


async def fetch_beside_others(desk: Desk, others: int = 300) -> None:
    """Fetch the bad invoice beside ten others per second, for two hours at most."""

    async def later(number: int) -> None:
        await desk.time.sleep(number / 10)
        await desk.fetch(f"customer {number % 20}", f"good {number}")

    await desk.time.run(
        desk.fetch("its customer", BAD),
        *(later(number) for number in range(others)),
        seconds=OUTAGE,
    )


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(SILENCE, id="silence after connecting"),
        *(pytest.param(status(code), id=str(code)) for code in (405, 413, 500, 502, 504)),
    ],
)
async def test_an_invoice_that_alone_gets_no_answer_is_filed(error: CallFailed) -> None:
    desk = Desk(bad_alone(error))

    await fetch_beside_others(desk)

    assert desk.ends.pop(BAD) == "invoice-unavailable"
    assert set(desk.ends.values()) == {"served"}
    assert MIN_OWN_ANSWERS <= desk.asked.count(BAD) <= 2 * MIN_OWN_ANSWERS
    assert desk.health.missing_parts() == []


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(NO_CONNECTION, id="refused connection"),
        pytest.param(Unavailable("Broken off."), id="broken connection"),
        pytest.param(CredentialsRefused("no"), id="401"),
        *(pytest.param(status(code), id=str(code)) for code in (403, 429, 503, 302, 408)),
        pytest.param(status(429, X_Metronome_Rate_Limit_Type="customer"), id="429 of its customer"),
    ],
)
async def test_an_error_that_is_not_about_the_invoice_never_counts(error: CallFailed) -> None:
    desk = Desk(bad_alone(error))

    await fetch_beside_others(desk)

    assert BAD not in desk.ends
    assert desk.asked.count(BAD) > 100
    assert set(desk.ends.values()) == {"served"}


async def test_invoices_of_the_same_customer_are_not_compared() -> None:
    desk = Desk(bad_alone(SILENCE))
    same = [desk.fetch("customer", f"good {number}") for number in range(20)]

    await desk.time.run(desk.fetch("customer", BAD), *same, seconds=PATIENCE - 1)
    assert BAD not in desk.ends

    await desk.time.run(desk.time.sleep(60))
    assert desk.ends[BAD] == "invoice-unavailable"


async def test_a_lone_invoice_is_filed_when_patience_has_run_out() -> None:
    desk = Desk(bad_alone(status(500)))

    await desk.time.run(desk.fetch("customer", BAD), seconds=DAY)

    assert desk.ends == {BAD: "invoice-unavailable"}
    assert PATIENCE <= desk.time.clock.monotonic() <= PATIENCE + 31


@pytest.mark.parametrize(
    "error",
    [status(500), status(502), SILENCE, status(503), NO_CONNECTION, status(403), status(429)],
    ids=lambda error: error.reason[:30],
)
async def test_an_outage_files_nothing_however_long_and_then_all_invoices_continue(
    error: CallFailed,
) -> None:
    desk = Desk(lambda *_: error)
    many = [desk.fetch(f"customer {number % 20}", f"invoice {number}") for number in range(60)]

    await desk.time.run(*many, seconds=OUTAGE)
    assert desk.ends == {}
    assert len(desk.health.missing_parts()) == 1, "the reason is told"
    desk.reply = lambda *_: "served"
    await desk.time.run(desk.time.sleep(120))

    assert len(desk.ends) == 60
    assert set(desk.ends.values()) == {"served"}
    assert desk.health.missing_parts() == []


def now_and_then(share: float, seed: int) -> Reply:
    """Return a Metronome that fails a share of all calls, and the bad invoice always."""
    random = Random(seed)
    return lambda _customer, invoice: (
        status(500) if random.random() < share or invoice == BAD else "served"
    )


@pytest.mark.parametrize("share", [0.1, 0.4, 0.7])
async def test_a_metronome_that_fails_now_and_then_makes_no_invoice_fail(share: float) -> None:
    desk = Desk(now_and_then(share, seed=7))

    await desk.time.run(
        *(desk.fetch(f"customer {n % 20}", f"invoice {n}") for n in range(500)), seconds=DAY
    )

    assert len(desk.ends) == 500
    assert set(desk.ends.values()) == {"served"}


async def test_the_bad_invoice_is_still_found_among_occasional_failures() -> None:
    desk = Desk(now_and_then(0.3, seed=7))

    async def steadily(number: int) -> None:
        await desk.time.sleep(number)
        await desk.fetch(f"customer {number % 20}", f"invoice {number}")

    await desk.time.run(
        desk.fetch("its customer", BAD), *(steadily(n) for n in range(1200)), seconds=DAY
    )

    assert desk.ends.pop(BAD) == "invoice-unavailable"
    assert set(desk.ends.values()) == {"served"}


@pytest.mark.parametrize("customers", [1, 3], ids=["of one customer", "of three customers"])
async def test_each_of_several_bad_invoices_is_found(customers: int) -> None:
    desk = Desk(lambda _customer, invoice: SILENCE if invoice.startswith(BAD) else "served")
    bad = [
        desk.fetch(f"bad customer {number % customers}", f"{BAD} {number}") for number in range(6)
    ]

    async def steadily(number: int) -> None:
        await desk.time.sleep(number)
        await desk.fetch(f"customer {number % 20}", f"invoice {number}")

    await desk.time.run(*bad, *(steadily(number) for number in range(1800)), seconds=DAY)

    ends: dict[str, Any] = {name: end for name, end in desk.ends.items() if name.startswith(BAD)}
    assert len(ends) == 6
    assert set(ends.values()) == {"invoice-unavailable"}


async def test_a_429_for_one_customer_delays_only_that_customer() -> None:
    desk = Desk(lambda *_: "served")
    desk.limits.hold_customer("slow", 30)

    await desk.time.run(desk.fetch("slow", "waits"), desk.fetch("other", "goes"), seconds=1)
    assert desk.ends == {"goes": "served"}

    await desk.time.run(desk.time.sleep(30))
    assert desk.ends["waits"] == "served"


async def test_a_delay_that_begins_while_a_call_waits_for_its_turn_is_kept() -> None:
    desk = Desk(lambda *_: "served", concurrency=1)

    async def limit() -> None:
        desk.limits.hold_customer("slow", 30)

    await desk.time.run(
        desk.fetch("first", "first"), desk.fetch("slow", "waits"), limit(), seconds=1
    )
    assert desk.ends == {"first": "served"}

    await desk.time.run(desk.time.sleep(30))
    assert desk.ends["waits"] == "served"


async def test_no_more_calls_are_in_flight_than_the_limit_says() -> None:
    desk = Desk(lambda *_: "served", concurrency=3)

    await desk.time.run(*(desk.fetch("customer", f"{number}") for number in range(20)))

    assert desk.most_in_flight == 3


async def test_invoices_take_turns_to_probe_during_an_outage() -> None:
    desk = Desk(lambda *_: NO_CONNECTION)
    await desk.time.run(*(desk.fetch("customer", f"{number}") for number in range(16)), seconds=60)
    desk.asked.clear()
    desk.most_in_flight = 0

    await desk.time.run(desk.time.sleep(600))

    assert desk.most_in_flight == 1
    assert set(desk.asked) == {f"{number}" for number in range(16)}
    assert len(desk.asked) <= 61
