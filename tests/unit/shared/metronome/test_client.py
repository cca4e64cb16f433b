"""The client for threads over a transport in memory: what it requests, and that every list ends."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from multidict import CIMultiDict

from invoice_shared import serde
from invoice_shared.answer import Answer
from invoice_shared.errors import CallFailed, CredentialsRefused, Rejected, Unavailable, Uncertain
from invoice_shared.metronome import questions
from invoice_shared.metronome.client import MetronomeClient
from tests.fakes import FakeClock

BASE = "https://metronome.test"
Reply = Callable[[str, dict[str, list[str]]], Answer]


def of(tree: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(
        status, CIMultiDict({"Content-Type": "application/json"} | headers), serde.dumps(tree)
    )


class FakeTransport:
    """Answers path and query with ``reply``."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self.asked: list[str] = []
        self.sent: list[tuple[str, Any]] = []
        self.renewals = 0
        self.fails: CallFailed | None = None

    def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        self.asked.append(url.removeprefix(BASE))
        if self.fails:
            raise self.fails
        parts = urlsplit(url)
        return self._reply(parts.path, parse_qs(parts.query))

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        self.sent.append((url.removeprefix(BASE), serde.loads(body)))
        if self.fails:
            raise self.fails
        return self._reply(urlsplit(url).path, {})

    def renew_credentials(self) -> None:
        self.renewals += 1


def client_of(reply: Reply) -> tuple[MetronomeClient, FakeTransport]:
    transport = FakeTransport(reply)
    return MetronomeClient(transport, BASE + "/", FakeClock()), transport


def test_an_invoice_is_requested_by_escaped_ids() -> None:
    client, transport = client_of(lambda *_: of({"data": {"id": "i"}}))

    assert client.invoice("cust/omer", "in voice") == {"data": {"id": "i"}}
    assert transport.asked == ["/v1/customers/cust%2Fomer/invoices/in%20voice"]


def pages_of(count: int) -> Reply:
    """Return a number of pages with one entry each, and the number of the next page as cursor."""

    def reply(_path: str, query: dict[str, list[str]]) -> Answer:
        number = int(query.get("next_page", ["1"])[0])
        return of(
            {
                "data": [{"id": f"{number}"}],
                "next_page": str(number + 1) if number < count else None,
            }
        )

    return reply


def test_all_customers_are_listed_with_the_archived_ones_last() -> None:
    client, transport = client_of(pages_of(3))

    assert [customer["id"] for customer in client.customers()] == ["1", "2", "3", "1", "2", "3"]
    assert ["only_archived=true" in path for path in transport.asked] == [False] * 3 + [True] * 3


def test_the_invoices_of_a_customer_are_listed_youngest_first() -> None:
    client, transport = client_of(pages_of(2))

    assert [page[0]["id"] for page in client.newest_invoices("c")] == ["1", "2"]
    assert all(
        path.startswith("/v1/customers/c/invoices?sort=date_desc&limit=100")
        for path in transport.asked
    )


@pytest.mark.parametrize(
    "cursors",
    [
        pytest.param({"": "a", "a": "a"}, id="its own cursor"),
        pytest.param({"": "a", "a": "b", "b": "a"}, id="an earlier cursor"),
    ],
)
def test_a_list_with_a_repeated_cursor_ends_with_an_error(
    cursors: dict[str, str],
) -> None:
    def reply(_path: str, query: dict[str, list[str]]) -> Answer:
        cursor = query.get("next_page", [""])[0]
        return of({"data": [{"id": cursor}], "next_page": cursors[cursor]})

    client, transport = client_of(reply)

    with pytest.raises(Unavailable, match="again and again"):
        list(client.newest_invoices("c"))
    with pytest.raises(Unavailable, match="again and again"):
        list(client.customers())
    assert len(transport.asked) == 2 * len(cursors)


def test_a_status_is_sent_as_an_array_of_one() -> None:
    client, transport = client_of(lambda *_: of({}))

    client.report_status("customer", {"invoice_id": "i", "external_status": "FINALIZED"})

    assert transport.sent == [
        ("/v1/invoices/billingProvider", [{"invoice_id": "i", "external_status": "FINALIZED"}])
    ]


def test_a_missing_answer_to_a_status_is_only_unavailable() -> None:
    client, transport = client_of(lambda *_: of({}))
    transport.fails = Uncertain("No answer.")

    with pytest.raises(Unavailable):
        client.report_status("customer", {})


@pytest.mark.parametrize(
    "call", [lambda c: c.invoice("c", "i"), lambda c: c.report_status("c", {})]
)
def test_a_refused_key_is_read_again_before_the_next_call(
    call: Callable[[MetronomeClient], object],
) -> None:
    client, transport = client_of(lambda *_: of({}, 401))

    with pytest.raises(CredentialsRefused):
        call(client)

    assert transport.renewals == 1


def test_a_customer_on_hold_is_not_requested() -> None:
    client, transport = client_of(
        lambda *_: of({}, 429, **{"X-Metronome-Rate-Limit-Type": "CUSTOMER"})
    )
    for _ in range(2):
        with pytest.raises(Unavailable) as refused:
            client.invoice("slow", "i")
        assert refused.value.about == "customer"

    assert len(transport.asked) == 1
    with pytest.raises(Unavailable):
        client.invoice("other", "i")
    assert len(transport.asked) == 2


def test_an_unknown_path_is_not_about_the_invoice() -> None:
    client, _ = client_of(lambda *_: of({}, 404))

    with pytest.raises(Rejected, match=r"not a list \(HTTP 404\)"):
        client.check()


def test_only_a_question_with_a_body_is_posted() -> None:
    client, transport = client_of(lambda *_: of({"data": {}}))

    assert client.ask(questions.contract("customer", "contract")) == {"data": {}}
    assert client.ask(questions.customer("cust/omer")) == {"data": {}}
    client.ask(questions.consolidated_invoices("customer", "a b"))

    assert transport.sent == [
        ("/v2/contracts/get", {"customer_id": "customer", "contract_id": "contract"})
    ]
    assert transport.asked == [
        "/v1/customers/cust%2Fomer",
        "/v1/customers/customer/invoices?type=USAGE_CONSOLIDATED&sort=date_desc&limit=100&next_page=a+b",
    ]


def test_a_question_whose_answer_was_lost_may_be_asked_again() -> None:
    client, transport = client_of(lambda *_: of({}))
    transport.fails = Uncertain("No answer.")

    with pytest.raises(Unavailable):
        client.ask(questions.contract("customer", "contract"))
