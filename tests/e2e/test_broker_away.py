"""The broker is down while records wait: the lag is not forgotten, nothing is restarted, and the
logs stay readable.
"""

import re

import pytest

from invoice_shared import serde
from tests.builders import formatted_invoice
from tests.e2e.connector import Connector
from tests.integration.formatter.world import metronome_invoice, raw_record
from tests.support.broker import Broker
from tests.support.outside import Outside
from tests.support.s3 import Bucket
from tests.support.services import SERVICES, Service, StartService
from tests.support.topics import Topics
from tests.support.waiting import eventually, never

pytestmark = [pytest.mark.e2e, pytest.mark.real_broker, pytest.mark.broker]

# Longer than the limit of a stall, plus the time to notice that the broker is down.
AWAY_SECONDS = 30
# One line per cause. A service that writes every time writes up to 120 lines per second.
MOST_LINES = 40
READERS = tuple(script for script in SERVICES if script != "invoice-webhook")


@pytest.fixture
def connector(
    start_service: StartService, outside: Outside, topics: Topics, s3: Bucket
) -> Connector:
    """Return a connector with all services running and one waiting record each, since the systems
    behind them are down.
    """
    quick = {"LIVENESS_STALL_SECONDS": "20", "RETRY_PATIENCE_SECONDS": "1"}
    connector = Connector(start_service, outside, topics, s3, quick)
    connector.start()
    outside.metronome.inject("status", status=503)
    outside.netsuite.inject("status", status=503)
    s3.proxy.refuse()
    outside.metronome.seed_invoices([metronome_invoice("invoice-1")])
    topics.produce("raw-invoices", [raw_record("invoice-1")])
    waiting = formatted_invoice(invoice_id="invoice-2")
    topics.produce("formatted-invoices", [(waiting.invoice_id, serde.to_bytes(waiting))])
    topics.produce("invoice-errors", [("invoice-3", b"{}")])
    eventually(lambda: all(lag(connector.services[script]) for script in READERS), timeout=60)
    return connector


def test_services_survive_a_broker_that_goes_away_and_comes_back(
    connector: Connector, broker: Broker
) -> None:
    services = connector.services
    before = {script: len(lines(each)) for script, each in services.items()}
    broker.kill()
    try:
        never(
            lambda: any(each.ask("/livez")[0] != 200 for each in services.values()),
            during=AWAY_SECONDS,
        )

        for script, each in services.items():
            written = lines(each)[before[script] :]
            assert len(written) <= MOST_LINES, "\n".join(written)
        assert {script: lag(services[script]) for script in READERS} == dict.fromkeys(READERS, 1.0)
        assert all("kafka: The broker at" in each.ask("/readyz")[1] for each in services.values())
    finally:
        broker.restart()

    connector.outside.metronome.clear_faults()
    connector.outside.netsuite.clear_faults()
    connector.bucket.proxy.allow()
    eventually(connector.is_drained, timeout=90)
    for each in services.values():
        each.wait_until_ready()


def lag(service: Service) -> float:
    found = re.search(
        r"^invoice_connector_consumer_lag_records (\S+)$", service.ask("/metrics")[1], re.MULTILINE
    )
    return float(found[1]) if found else 0.0


def lines(service: Service) -> list[str]:
    return service.output().splitlines()
