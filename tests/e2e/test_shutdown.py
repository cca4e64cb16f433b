"""SIGTERM: stop taking work, finish or hand back, commit, and exit 0 within the grace period."""

import socket

import pytest

from invoice_simulators.scenario import scenario
from tests.e2e.books import assert_books_balance
from tests.e2e.connector import Connector
from tests.e2e.raw import stalled
from tests.support.services import SERVICES
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.broker]

GRACE = 20
# The process itself ends after its grace period; two shared cores are slow to notice it.
MARGIN = 5


@pytest.mark.parametrize("script", SERVICES)
def test_an_idle_service_exits_with_0_within_the_grace_period(
    connector: Connector, script: str
) -> None:
    connector.start(script)
    service = connector.services[script]

    assert service.terminate(GRACE + MARGIN) == 0
    assert "Traceback" not in service.output()


@pytest.mark.parametrize("script", SERVICES)
def test_a_collector_that_does_not_answer_does_not_delay_it(
    connector: Connector, script: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as collector:
        connector.changes = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.getsockname()[1]}"
        }
        connector.start(script)
        connector.topics.produce("raw-invoices", [("a", b"leaves a span")])

        assert connector.services[script].terminate(GRACE + MARGIN) == 0


def test_a_stalling_sender_delays_the_webhook_no_longer_than_its_grace_period(
    connector: Connector,
) -> None:
    connector.changes = {"SHUTDOWN_GRACE_SECONDS": "10"}
    connector.start("invoice-webhook")
    webhook = connector.services["invoice-webhook"]

    with socket.create_connection(("127.0.0.1", webhook.webhook_port)) as sender:
        sender.sendall(stalled(99))

        assert webhook.terminate(10) == 0


def test_busy_services_exit_with_0_and_their_successors_do_the_work_once(
    connector: Connector,
) -> None:
    month = scenario(60, seed=3)
    connector.outside.metronome.seed_customers(month.customers)
    connector.outside.metronome.seed_contracts(month.contracts)
    connector.outside.metronome.seed_invoices(month.invoices)
    connector.outside.metronome.limit(latency={"p50": 0.5, "slow_share": 0.1, "slow_seconds": 3})
    connector.outside.netsuite.limit(latency={"p50": 0.5, "slow_share": 0.1, "slow_seconds": 3})
    connector.changes = {"FORMATTER_CONCURRENCY": "4"}
    connector.start()
    assert {connector.deliver(event) for event in month.deliveries} == {200}
    eventually(lambda: len(connector.documents()) >= 8, timeout=60)

    codes = {
        script: service.terminate(GRACE + MARGIN) for script, service in connector.services.items()
    }
    assert codes == dict.fromkeys(SERVICES, 0)
    assert "Traceback" not in connector.logs()
    assert connector.topics.lag("invoice-creator", "formatted-invoices") > 0, (
        "stopped too late to prove anything"
    )

    for service in connector.services.values():
        service.start()
    eventually(lambda: connector.ledger().keys() == month.ends.keys(), timeout=120, every=1)
    eventually(connector.is_drained, timeout=60, every=1)
    assert_books_balance(connector, month)
