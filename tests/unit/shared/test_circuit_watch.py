"""What operators see of a circuit's changes."""

from invoice_shared.circuit_watch import CircuitWatch
from invoice_shared.errors import CredentialsRefused, Unavailable
from invoice_shared.health import Health
from invoice_shared.metrics import Metrics
from tests.fakes import FakeClock


def test_an_outage_shows_in_the_metric_and_leaves_the_process_ready() -> None:
    metrics = Metrics()
    health = Health(FakeClock(), 120)
    watch = CircuitWatch(metrics, health)

    watch("netsuite", "opened", Unavailable("down", outage=True))

    assert b'invoice_connector_circuit_open{system="netsuite"} 1.0' in metrics.exposition()
    assert health.missing_parts() == []


def test_refused_credentials_make_the_process_unready_until_they_are_accepted() -> None:
    metrics = Metrics()
    health = Health(FakeClock(), 120)
    watch = CircuitWatch(metrics, health)

    watch("netsuite", "refused", CredentialsRefused("NetSuite refuses the login."))
    missing = health.missing_parts()
    watch("netsuite", "closed", None)

    assert missing == ["netsuite credentials: NetSuite refuses the login."]
    assert health.missing_parts() == []
    assert b'invoice_connector_circuit_open{system="netsuite"} 0.0' in metrics.exposition()


def test_an_outage_of_a_vital_system_is_named_until_it_is_over() -> None:
    metrics = Metrics()
    health = Health(FakeClock(), 120)
    watch = CircuitWatch(metrics, health, vital={"metronome"})

    watch("metronome", "opened", Unavailable("Metronome cannot be reached.", outage=True))
    missing = health.missing_parts()
    watch("metronome", "closed", None)

    assert missing == ["metronome: Metronome cannot be reached."]
    assert health.missing_parts() == []
