"""How far a look goes if the number finds nothing."""

import json
from collections.abc import Iterator
from decimal import Decimal

import pytest

from invoice_providers.quickbooks_online.client import QuickBooksOnline
from invoice_providers.quickbooks_online.queries import (
    MAX_PAGES,
    PAGE,
    by_customer,
    by_total,
    pages,
)
from invoice_shared.errors import Unavailable
from invoice_shared.outgoing.outgoing import Reach
from tests.builders import INVOICE_ID, formatted_invoice
from tests.fakes import FakeClock
from tests.support.any_server import AnyServer, any_server, written
from tests.unit.providers.fakes import OneToken

DOCUMENT = formatted_invoice(destination="quickbooks_online")
PREFERENCES = {"Preferences": {"SalesFormsPrefs": {"CustomTxnNumbers": False}}}


@pytest.fixture
def server() -> Iterator[AnyServer]:
    with any_server() as found:
        yield found


def look(server: AnyServer, notes: list[str]) -> list[str]:
    """Look for the invoice when every query finds these documents."""
    found = [{"Id": str(number), "PrivateNote": note} for number, note in enumerate(notes)]
    answer = PREFERENCES | {"QueryResponse": {"Invoice": found}}
    server.answer = written(200, {}, json.dumps(answer).encode())
    paced: list[str] = []
    client = QuickBooksOnline(
        f"{server.url}/v3/company/1",
        OneToken(),
        lambda: paced.append("call"),
        clock=FakeClock(),
        reach=Reach(5),
    )
    client.look(DOCUMENT)
    return paced


def test_more_than_five_pages_do_not_mean_that_there_is_none(server: AnyServer) -> None:
    with pytest.raises(Unavailable, match="more than 5000 transactions on 2026-03-01"):
        look(server, ["another's"] * PAGE)


def test_a_page_that_is_not_full_is_the_last(server: AnyServer) -> None:
    by_number = 1
    preferences = 1
    customers = 1
    total = 1

    assert (
        len(look(server, ["another's"] * (PAGE - 1))) == by_number + preferences + customers + total
    )


def test_a_document_found_by_number_needs_no_further_look(server: AnyServer) -> None:
    assert len(look(server, [f"Metronome invoice {INVOICE_ID}"])) == 1


def test_pages_are_read_in_order() -> None:
    queries = list(pages(DOCUMENT, by_total(DOCUMENT)))

    assert len(queries) == MAX_PAGES
    assert (
        queries[1]
        == "select * from Invoice where TxnDate = '2026-03-01' and TotalAmt = '100.00' orderby Id"
        " startposition 1001 maxresults 1000"
    )


def test_an_impossible_customer_id_is_not_queried() -> None:
    assert by_customer(DOCUMENT.changed(external_customer_id="1' or '1")) is None


def test_a_total_is_written_without_an_exponent() -> None:
    assert "TotalAmt = '1000'" in by_total(DOCUMENT.changed(total=Decimal("1E+3")))
