"""The real client on a real socket: what it sends, and how each kind of error is translated."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack
from decimal import Decimal

import aiohttp
import pytest
from aiohttp import web

from invoice_formatter.fetching import PatientFetch
from invoice_formatter.judgement import build_circuit, build_policy
from invoice_formatter.turns import Turns
from invoice_formatter.underway import Underway
from invoice_shared.clock import SystemClock
from invoice_shared.errors import CredentialsRefused, Rejected, Unavailable
from invoice_shared.health import Health
from invoice_shared.metrics import Metrics
from invoice_shared.metronome import questions
from invoice_shared.metronome.async_client import AsyncMetronomeClient, open_session
from invoice_shared.metronome.rate_limits import RateLimits
from invoice_shared.outgoing.outgoing import Reach
from tests.support.ports import LOOPBACK, free_port

PATIENCE = 0.5


class FakeMetronome:
    """Answers as told, and records what it was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.headers: dict[str, str] = {}
        self.text = '{"data": {}}'
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.asked: list[tuple[str, str]] = []
        self.posted: list[bytes] = []
        self.in_work = 0
        self.most_in_work = 0

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append((request.raw_path, request.headers["Authorization"]))
        if request.method == "POST":
            self.posted.append(await request.read())
        self.in_work += 1
        self.most_in_work = max(self.most_in_work, self.in_work)
        await asyncio.sleep(0.01)
        await self.may_answer.wait()
        self.in_work -= 1
        return web.Response(
            status=self.status,
            headers=self.headers,
            text=self.text,
            content_type="application/json",
        )


class Desk:
    """A client connected to a fake Metronome."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.metronome = FakeMetronome()
        self.metrics = Metrics()
        self.key: str | None = "key"
        self.limits = RateLimits(SystemClock())
        self.client = AsyncMetronomeClient(
            session,
            url + "/",
            lambda: self.key,
            limits=self.limits,
            metrics=self.metrics,
            clock=SystemClock(),
        )


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    port = free_port()
    async with open_session("http://metronome", Reach(PATIENCE)) as session:
        desk = Desk(session, f"http://{LOOPBACK}:{port}")
        app = web.Application()
        app.router.add_route("*", "/{anything:.*}", desk.metronome.handle)
        runner = web.AppRunner(app, shutdown_timeout=0)
        await runner.setup()
        await web.TCPSite(runner, LOOPBACK, port).start()
        try:
            yield desk
        finally:
            desk.metronome.may_answer.set()
            await runner.cleanup()


async def test_an_invoice_is_requested_once_with_the_key_and_keeps_its_decimals(desk: Desk) -> None:
    desk.metronome.text = '{"data": {"total": 0.10}}'

    answer = await desk.client.invoice("customer", "in/voice")

    assert answer == {"data": {"total": Decimal("0.10")}}
    assert desk.metronome.asked == [("/v1/customers/customer/invoices/in%2Fvoice", "Bearer key")]
    assert (
        b'invoice_connector_call_seconds_count{outcome="ok",system="metronome"} 1.0'
        in desk.metrics.exposition()
    )


async def test_a_contract_is_requested_by_a_body_and_a_list_by_its_query(desk: Desk) -> None:
    contract = await desk.client.ask(questions.contract("customer", "contract"))
    await desk.client.ask(questions.consolidated_invoices("customer", "a+b"))

    assert contract == {"data": {}}
    assert desk.metronome.posted == [b'{"customer_id":"customer","contract_id":"contract"}']
    assert [path for path, _ in desk.metronome.asked] == [
        "/v2/contracts/get",
        "/v1/customers/customer/invoices?type=USAGE_CONSOLIDATED&sort=date_desc&limit=100&next_page=a%2Bb",
    ]


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_a_refused_question_says_nothing_about_the_key(desk: Desk, status: int) -> None:
    desk.metronome.status = status

    with pytest.raises(Rejected) as refused:
        await desk.client.ask(questions.contract("customer", "contract"))

    assert refused.value.code == "payer-not-decided"


@pytest.mark.parametrize(
    ("status", "error", "outcome"),
    [
        (404, Rejected, "rejected"),
        (401, CredentialsRefused, "credentials-refused"),
        (500, Unavailable, "unavailable"),
        (302, Unavailable, "unavailable"),
    ],
)
async def test_a_status_code_becomes_its_error_and_is_counted_as_such(
    desk: Desk, status: int, error: type[Exception], outcome: str
) -> None:
    desk.metronome.status = status
    desk.metronome.headers = {"Location": "/elsewhere"}

    with pytest.raises(error):
        await desk.client.invoice("customer", "invoice")

    assert len(desk.metronome.asked) == 1
    assert (
        f'invoice_connector_call_seconds_count{{outcome="{outcome}",system="metronome"}} 1.0'
        in desk.metrics.exposition().decode()
    )


async def test_silence_after_connecting_may_be_due_to_the_invoice(desk: Desk) -> None:
    desk.metronome.may_answer.clear()

    with pytest.raises(Unavailable, match="in time") as silent:
        await desk.client.invoice("customer", "invoice")

    assert (silent.value.outage, silent.value.about) == (False, "invoice")


async def test_a_refused_connection_is_an_outage() -> None:
    async with open_session("http://metronome", Reach(PATIENCE)) as session:
        nowhere = Desk(session, f"http://{LOOPBACK}:{free_port()}")
        with pytest.raises(Unavailable, match="cannot be reached") as refused:
            await nowhere.client.invoice("customer", "invoice")

    assert refused.value.outage


async def test_a_connection_that_is_never_accepted_is_an_outage_and_not_due_to_the_invoice() -> (
    None
):
    with socket.create_server((LOOPBACK, 0), backlog=0) as deaf, ExitStack() as callers:
        for _ in range(
            4
        ):  # the kernel accepts this one in the server's place, so that the next one waits
            caller = callers.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(deaf.getsockname())
        async with open_session("http://metronome", Reach(PATIENCE)) as session:
            desk = Desk(session, f"http://{LOOPBACK}:{deaf.getsockname()[1]}")
            with pytest.raises(Unavailable, match="cannot be reached") as unreached:
                await desk.client.invoice("customer", "invoice")

    assert unreached.value.outage


@pytest.mark.parametrize("key", [None, "", "two\nlines", "schlüssel"])
async def test_a_key_that_cannot_be_in_a_header_is_refused_before_it_is_sent(
    desk: Desk, key: str | None
) -> None:
    desk.key = key

    with pytest.raises(CredentialsRefused, match="METRONOME_API_KEY"):
        await desk.client.invoice("customer", "invoice")

    assert desk.metronome.asked == []


@pytest.mark.parametrize(
    ("limit", "others_wait"), [("customer", False), ("client", True), ("", True)]
)
async def test_a_429_delays_one_customer_or_everyone(
    desk: Desk, limit: str, others_wait: bool
) -> None:
    desk.metronome.status = 429
    desk.metronome.headers = {"X-Metronome-Rate-Limit-Type": limit, "Retry-After": "30"}

    with pytest.raises(Unavailable) as refused:
        await desk.client.invoice("customer", "invoice")

    assert refused.value.retry_after == 30
    assert desk.limits.delay("customer") > 20
    assert (desk.limits.delay("other") > 20) is others_wait


async def test_no_more_calls_are_in_flight_than_there_are_slots(desk: Desk) -> None:
    turns = Turns(build_circuit(SystemClock(), 2, 30), desk.limits, lambda *_: None)
    policy = build_policy(
        backoff_max_seconds=30, patience_seconds=900, jitter=lambda _low, high: high
    )
    patient = PatientFetch(
        desk.client.invoice, turns, Underway(), policy, Health(SystemClock(), 1800)
    )

    await asyncio.gather(*(patient.fetch("customer", f"invoice-{number}") for number in range(8)))

    assert desk.metronome.most_in_work == 2
