"""Whatever another system answers, the client that reads it raises only our own errors."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from invoice_creator.writeback import MetronomeWriteback
from invoice_providers.base import BillingProvider, Found
from invoice_providers.http import Anonymous, Http
from invoice_providers.netsuite.client import NetSuite
from invoice_providers.netsuite.payload import Options
from invoice_providers.quickbooks_online.client import QuickBooksOnline
from invoice_providers.razorpay.client import Razorpay
from invoice_providers.razorpay.setup import Key, api_of
from invoice_shared.errors import CallFailed
from invoice_shared.metronome.client import MetronomeClient
from invoice_shared.outgoing.outgoing import Reach
from tests.builders import formatted_invoice
from tests.fakes import FakeClock
from tests.support.any_server import AnyServer, any_server, written
from tests.unit.providers.fakes import OneToken

TIMEOUT = 5
# fmt: off
NAMES = (
    "o:errorDetails", "detail", "o:errorCode", "o:errorPath", "title", "id", "externalId", "total",
    "taxTotal", "currency", "entity", "status", "refName", "Fault", "fault", "Error", "error",
    "code", "Message", "message", "Detail", "element", "QueryResponse", "Invoice", "Id",
    "DocNumber", "PrivateNote", "TotalAmt", "Balance", "TxnTaxDetail", "TotalTax", "CurrencyRef",
    "CustomerRef", "value", "data", "external_invoice", "invoice_id", "items", "receipt", "amount",
    "tax_amount", "customer_id", "customer_details", "created_at", "notes", "description",
    "line_items", "type", "field", "source",
)
# fmt: on
HEADERS = (
    "Content-Type",
    "Location",
    "Retry-After",
    "Date",
    "intuit_tid",
    "Content-Encoding",
    "X-More",
)
STATUSES = (
    200,
    201,
    202,
    204,
    301,
    400,
    401,
    403,
    404,
    405,
    408,
    409,
    422,
    429,
    500,
    502,
    503,
    504,
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.sampled_from((10**4000, "1E+999999999", "NaN"))
)
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)
    ),
)
xml = st.lists(
    st.sampled_from(
        (
            "<Fault>",
            '<Error code="3001">',
            "<Message>",
            "</Error>",
            "&bomb;",
            "<!DOCTYPE x>",
            "]]>",
            "<",
        )
    )
    | st.text(max_size=20)
).map("".join)
bodies = (
    st.binary()
    | trees.map(lambda tree: json.dumps(tree).encode())
    | xml.map(lambda text: text.encode())
)
values = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0")) | st.sampled_from(
    (
        "http://[x/invoice/1",
        "Fri, 31 Dec 9999 23:59:59 -2300",
        "gzip",
        "application/json; charset=latin-9",
    )
)
headers = st.dictionaries(st.sampled_from(HEADERS), values, max_size=3)


@pytest.fixture(scope="module")
def server() -> Iterator[AnyServer]:
    with any_server() as found:
        yield found


def netsuite(url: str) -> BillingProvider:
    return NetSuite(url, Anonymous, Options({"USD": "1"}), clock=FakeClock(), reach=Reach(TIMEOUT))


def quickbooks(url: str) -> BillingProvider:
    return QuickBooksOnline(
        f"{url}/v3/company/1", OneToken(), lambda: None, clock=FakeClock(), reach=Reach(TIMEOUT)
    )


def razorpay(url: str) -> BillingProvider:
    clock = FakeClock()
    return Razorpay(
        api_of(url, lambda: Key("rzp_test_1", "secret"), clock=clock, reach=Reach(TIMEOUT)), clock
    )


def all_calls(client: BillingProvider) -> tuple[Callable[[], Any], ...]:
    document = formatted_invoice()
    return (
        lambda: client.create(document),
        lambda: client.look(document),
        lambda: client.read("7", invoice_id=document.invoice_id, document_type="invoice"),
    )


many = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@many
@given(
    answer=st.binary()
    | st.builds(
        lambda head, rest: b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n" + rest,
        st.binary(),
        st.binary(),
    )
)
@example(answer=b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n{}")
@example(answer=b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n{}")
@example(answer=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
@example(answer=b"HTTP/1.1 302 OK\r\nLocation: http://[x\r\n\r\n")
@example(answer=b"HTTP/1.1 200 OK\r\n" + b"X-More: more\r\n" * 200 + b"\r\n")
def test_no_bytes_raise_another_error(server: AnyServer, answer: bytes) -> None:
    server.answer = answer
    http = Http("NetSuite", Anonymous, Reach(TIMEOUT))

    with suppress(CallFailed):
        http.get(server.url, {})
    with suppress(CallFailed):
        http.post(server.url, b"{}", {})


@pytest.mark.parametrize(
    "build", [netsuite, quickbooks, razorpay], ids=["NetSuite", "QuickBooks Online", "Razorpay"]
)
@many
@given(status=st.sampled_from(STATUSES), named=headers, body=bodies)
def test_no_answer_makes_a_provider_raise_another_error(
    server: AnyServer,
    build: Callable[[str], BillingProvider],
    status: int,
    named: dict[str, str],
    body: bytes,
) -> None:
    server.answer = written(status, named, body)

    for call in all_calls(build(server.url)):
        with suppress(CallFailed):
            call()


@many
@given(status=st.sampled_from(STATUSES), named=headers, body=bodies)
def test_no_answer_from_metronome_makes_the_write_back_raise_another_error(
    server: AnyServer, status: int, named: dict[str, str], body: bytes
) -> None:
    server.answer = written(status, named, body)
    metronome = MetronomeClient(
        Http("Metronome", Anonymous, Reach(TIMEOUT)), server.url, FakeClock()
    )

    with suppress(CallFailed):
        MetronomeWriteback(metronome).report_created(
            formatted_invoice(), Found("7"), is_repeat=True
        )
    with suppress(CallFailed):
        MetronomeWriteback(metronome).report_refused(formatted_invoice(), "No.")
