import threading

from invoice_shared.errors import StartupError
from invoice_shared.health import Health
from invoice_shared.startup import is_present, wait_for
from tests.fakes import FakeClock


def missing() -> None:
    raise StartupError("The bucket b does not exist. Create it.")


def test_readiness_names_a_missing_part_until_it_is_there() -> None:
    health = Health(FakeClock(), 120)

    assert not is_present("bucket", missing, health)
    assert health.missing_parts() == ["bucket: The bucket b does not exist. Create it."]

    assert is_present("bucket", lambda: None, health)
    assert health.missing_parts() == []


def test_the_wait_ends_when_the_process_has_to_stop() -> None:
    stop = threading.Event()

    def missing_and_stopping() -> None:
        stop.set()
        missing()

    assert not wait_for("bucket", missing_and_stopping, Health(FakeClock(), 120), stop)
