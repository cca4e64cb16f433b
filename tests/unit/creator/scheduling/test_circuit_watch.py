"""A circuit's changes, as operators hear of them."""

from invoice_creator.scheduling.circuit_watch import CircuitWatch
from invoice_shared.errors import CredentialsRefused, Unavailable
from invoice_shared.health import Health
from invoice_shared.metrics import Metrics
from tests.fakes import FakeClock


def test_an_outage_shows_in_the_metric_and_leaves_the_process_ready() -> None:
    metrics, health = Metrics(), Health(FakeClock(), 120)
    watch = CircuitWatch(metrics, health)

    watch("netsuite", "opened", Unavailable("down", outage=True))

    assert b'circuit_open{destination="netsuite"} 1.0' in metrics.exposition()
    assert health.missing_parts() == []


def test_refused_credentials_make_the_process_not_ready_until_they_are_taken() -> None:
    metrics, health = Metrics(), Health(FakeClock(), 120)
    watch = CircuitWatch(metrics, health)

    watch("netsuite", "refused", CredentialsRefused("NetSuite refuses the login."))
    missing = health.missing_parts()
    watch("netsuite", "closed", None)

    assert missing == ["netsuite credentials: NetSuite refuses the login."]
    assert health.missing_parts() == []
    assert b'circuit_open{destination="netsuite"} 0.0' in metrics.exposition()
