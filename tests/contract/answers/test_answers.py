"""What each answer of a billing system leads to, seen through the real client and the real
handler.
"""

import json
from collections.abc import Callable, Iterator

import pytest

from invoice_creator.decisions import DecisionBook
from invoice_creator.handler import InvoiceHandler
from invoice_creator.kafka.settlement import Settlement
from invoice_creator.kafka.tasks import ALL_PHASES
from invoice_creator.scheduling.task import Task
from invoice_providers.base import BillingProvider
from invoice_providers.connection import Connection
from invoice_providers.http import Anonymous
from invoice_providers.netsuite.client import NetSuite
from invoice_providers.netsuite.payload import Options
from invoice_providers.quickbooks_online.client import QuickBooksOnline
from invoice_providers.razorpay.client import Razorpay
from invoice_providers.razorpay.setup import Key, api_of
from invoice_providers.registry import provider_of
from invoice_shared.errors import CallFailed, CredentialsRefused, Rejected, Unavailable
from invoice_shared.metrics import Metrics
from invoice_shared.outgoing.outgoing import Reach
from invoice_shared.resilience.circuit import CallSlot, is_outage
from invoice_shared.settings import KafkaSettings
from tests.builders import formatted_invoice, record
from tests.contract.answers import netsuite, quickbooks_online, razorpay
from tests.contract.answers.row import Next, Row
from tests.fakes import FakeClock, FakePublisher
from tests.support.any_server import AnyServer, any_server, written
from tests.unit.creator.fakes import FakeWriteback
from tests.unit.providers.fakes import OneToken

TIMEOUT = 5
TRIES = 3
PAUSE = 2
# The answer to the other call, so that the row's own answer decides.
NOTHING_THERE = {
    "netsuite": (
        404,
        {"o:errorDetails": [{"detail": "No such record.", "o:errorCode": "NONEXISTENT_ID"}]},
    ),
    "quickbooks_online": (200, {"QueryResponse": {}}),
}
CREATED = {"netsuite": netsuite.ROWS[0], "quickbooks_online": quickbooks_online.ROWS[0]}


def build_netsuite(url: str, clock: FakeClock) -> BillingProvider:
    return NetSuite(url, Anonymous, Options({"USD": "1"}), clock=clock, reach=Reach(TIMEOUT))


def build_quickbooks(url: str, clock: FakeClock) -> BillingProvider:
    company = f"{url}/v3/company/1"
    return QuickBooksOnline(company, OneToken(), lambda: None, clock=clock, reach=Reach(TIMEOUT))


def build_razorpay(url: str, clock: FakeClock) -> BillingProvider:
    api = api_of(url, lambda: Key("rzp_test_1", "secret"), clock=clock, reach=Reach(TIMEOUT))
    return Razorpay(api, clock)


Build = Callable[[str, FakeClock], BillingProvider]
BUILD: dict[str, Build] = {
    "netsuite": build_netsuite,
    "quickbooks_online": build_quickbooks,
    "razorpay": build_razorpay,
}
TABLES = {
    "netsuite": netsuite.ROWS,
    "quickbooks_online": quickbooks_online.ROWS,
    "razorpay": razorpay.ROWS,
}


@pytest.fixture(scope="module")
def server() -> Iterator[AnyServer]:
    with any_server() as found:
        yield found


def answers_of(row: Row, destination: str) -> dict[str, bytes]:
    answer = written(row.status, row.headers, row.content())
    if destination == "razorpay":
        others = {
            path: written(200, {}, json.dumps(tree).encode())
            for path, tree in razorpay.USUAL.items()
        }
        return others | {razorpay.PATHS[row.call]: answer}
    status, tree = NOTHING_THERE[destination]
    created = CREATED[destination]
    if row.call == "create":
        return {"POST": answer, "GET": written(status, {}, json.dumps(tree).encode())}
    return {"GET": answer, "POST": written(created.status, created.headers, created.content())}


def attempted(
    client: BillingProvider, clock: FakeClock, *, is_repeat: bool
) -> tuple[CallFailed | None, Next]:
    """Make one attempt as the creator does; return its error and what follows."""
    metrics = Metrics()
    settlement = Settlement(FakePublisher(), KafkaSettings(), {}, metrics, clock)
    connections = {client.name: Connection(provider_of(client.name), client)}
    handler = InvoiceHandler(
        connections, DecisionBook(), FakeWriteback(), settlement, metrics, clock
    )
    task = Task(
        record(), formatted_invoice(destination=client.name), ALL_PHASES, is_repeat=is_repeat
    )
    task.slot = CallSlot(task.lane, task.lane, 0, is_probe=False)
    error = handler.attempt(task)
    return error, next_of(task, error)


def next_of(task: Task, error: CallFailed | None) -> Next:
    if error is None:
        return "created" if task.created is not None else "look"
    if isinstance(error, Rejected):
        return "file"
    if isinstance(error, CredentialsRefused):
        return "operator"
    if is_outage(error):
        return "all wait"
    if task.is_looking:
        return "unreadable"
    return "look" if task.doubt is not None else "wait alone"


def read(client: BillingProvider) -> tuple[CallFailed | None, Next]:
    document = formatted_invoice()
    try:
        client.read("145", invoice_id=document.invoice_id, document_type="invoice")
    except CallFailed as error:
        return error, "unreadable"
    return None, "not there"


@pytest.mark.parametrize(
    ("destination", "row"),
    [
        pytest.param(destination, row, id=f"{destination}: {row.what}")
        for destination, rows in TABLES.items()
        for row in rows
    ],
)
def test_each_answer_leads_to_what_its_row_says(
    server: AnyServer, destination: str, row: Row
) -> None:
    clock = FakeClock()
    server.answers = answers_of(row, destination)
    client = BUILD[destination](server.url, clock)

    for _ in range(TRIES):
        clock.advance(PAUSE)
        if row.call == "read":
            error, step = read(client)
        else:
            error, step = attempted(client, clock, is_repeat=row.call == "look")

    assert (type(error).__name__ if error else "", step) == (row.error, row.next)
    assert row.says in (error.reason if error else "")
    if (
        isinstance(error, Unavailable | Rejected | CredentialsRefused)
        and row.body
        and row.status != 200
    ):
        assert error.response is not None


@pytest.mark.parametrize("rows", TABLES.values(), ids=TABLES)
def test_each_table_has_forty_answers_with_sources(rows: tuple[Row, ...]) -> None:
    distinct = {(row.status, tuple(row.headers), row.content(), row.call) for row in rows}

    assert len(distinct) >= 40
    assert all(row.source for row in rows)
