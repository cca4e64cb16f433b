"""A month of invoices: each ends as it should, to the cent, and a second delivery of all of them
changes nothing.
"""

import pytest

from invoice_simulators.scenario import scenario
from tests.e2e.books import assert_books_balance
from tests.e2e.connector import Connector
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.broker]

NEVER_LOGGED = ("line_items", "oauth_signature", "Bearer ")


def test_every_invoice_of_a_month_ends_as_it_should_even_if_sent_twice(
    connector: Connector,
) -> None:
    month = scenario(150)
    connector.outside.metronome.seed_customers(month.customers)
    connector.outside.metronome.seed_contracts(month.contracts)
    connector.outside.metronome.seed_invoices(month.invoices)
    connector.start()

    assert {connector.deliver(event) for event in month.deliveries} == {200}

    eventually(lambda: connector.ledger().keys() == month.ends.keys(), timeout=120, every=1)
    eventually(connector.is_drained, timeout=60, every=1)
    assert_books_balance(connector, month)
    documents = connector.documents()

    assert {connector.deliver(event) for event in month.deliveries} == {200}

    eventually(connector.is_drained, timeout=120, every=1)
    assert connector.documents() == documents
    assert_books_balance(connector, month)
    assert_nothing_secret_is_logged(connector)


def assert_nothing_secret_is_logged(connector: Connector) -> None:
    announced = connector.outside.announced
    secrets = (
        announced["metronome"]["api_key"],
        announced["metronome"]["webhook_secret"],
        announced["netsuite"]["consumer_secret"],
        announced["netsuite"]["token_secret"],
    )
    assert [text for text in (*secrets, *NEVER_LOGGED) if text in connector.logs()] == []
    assert "Traceback" not in connector.logs()
