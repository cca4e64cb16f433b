"""Formatter and creator killed in the middle of their work, several times: nothing lost, nothing
twice, no cent off.
"""

import pytest

from invoice_simulators.scenario import Scenario, scenario
from tests.e2e.books import assert_books_balance
from tests.e2e.connector import Connector
from tests.support.waiting import eventually

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.broker,
    pytest.mark.real_broker,
    pytest.mark.timeout(600),
]

# With uniform latencies even an unsafe consumer looks safe.
UNEVEN = {"slow_share": 0.02, "slow_seconds": 3}

# At how many documents to kill which services.
KILLS = (
    (30, ("invoice-formatter",)),
    (70, ("invoice-creator",)),
    (110, ("invoice-formatter", "invoice-creator")),
    (160, ("invoice-formatter", "invoice-creator")),
    (230, ("invoice-creator",)),
)


def test_the_books_balance_whatever_is_killed(connector: Connector) -> None:
    month = scenario(400, seed=7)
    connector.changes = {
        "FORMATTER_CONCURRENCY": "4"
    }  # slow enough to be in progress at every kill
    prepare(connector, month)
    connector.start()

    assert {connector.deliver(event) for event in month.deliveries} == {200}
    for documents, scripts in KILLS:
        kill_and_restart(connector, documents, scripts)

    eventually(lambda: connector.ledger().keys() == month.ends.keys(), timeout=240, every=2)
    eventually(connector.is_drained, timeout=120, every=2)
    assert_books_balance(connector, month)


def prepare(connector: Connector, month: Scenario) -> None:
    """Seed Metronome; slow down both systems now and then, and lose some of NetSuite's answers."""
    outside = connector.outside
    outside.metronome.seed_customers(month.customers)
    outside.metronome.seed_contracts(month.contracts)
    outside.metronome.seed_invoices(month.invoices)
    outside.metronome.limit(latency={"p50": 0.25, **UNEVEN})
    outside.netsuite.limit(latency={"p50": 0.1, **UNEVEN})
    outside.netsuite.inject("reset-after", operation="create", probability=0.03)


def kill_and_restart(connector: Connector, documents: int, scripts: tuple[str, ...]) -> None:
    """SIGKILL services once NetSuite holds this many documents, and start them again at once."""
    services = [connector.services[script] for script in scripts]
    eventually(lambda: len(connector.outside.netsuite.documents()) >= documents, timeout=120)
    lags = {script: connector.topics.lag(script, topic) for script, topic in in_work(scripts)}
    for service in services:
        service.kill()
    assert [script for script, lag in lags.items() if lag == 0] == [], (
        "killed too late to prove anything"
    )
    for service in services:
        service.start()


def in_work(scripts: tuple[str, ...]) -> list[tuple[str, str]]:
    topics = {"invoice-formatter": "raw-invoices", "invoice-creator": "formatted-invoices"}
    return [(script, topics[script]) for script in scripts]
