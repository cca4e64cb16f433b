from invoice_shared.health import Health
from tests.fakes import FakeClock


def test_ready_once_nothing_is_missing() -> None:
    health = Health(FakeClock(), 120)
    health.missing("kafka", "no answer")
    assert health.missing_parts() == ["kafka: no answer"]

    health.present("kafka")

    assert health.missing_parts() == []


def test_an_idle_process_stays_live() -> None:
    clock = FakeClock()
    health = Health(clock, 120)
    clock.advance(10_000)
    assert health.is_live()


def test_records_waiting_without_a_commit_end_liveness_after_the_stall_time() -> None:
    clock = FakeClock()
    health = Health(clock, 120)
    clock.advance(10_000)
    health.lag(3)
    clock.advance(119)
    assert health.is_live()

    clock.advance(1)

    assert not health.is_live()


def test_a_commit_starts_the_stall_time_anew() -> None:
    clock = FakeClock()
    health = Health(clock, 120)
    health.lag(3)
    clock.advance(119)
    health.progress()
    clock.advance(119)
    health.lag(2)
    assert health.is_live()


def test_a_probe_is_asked_whenever_somebody_wants_to_know() -> None:
    health, found = Health(FakeClock(), 120), {"NS_TOKEN_SECRET": "its file cannot be read"}
    health.ask(lambda: found)
    health.missing("kafka", "no answer")
    assert health.missing_parts() == ["NS_TOKEN_SECRET: its file cannot be read", "kafka: no answer"]

    found.clear()

    assert health.missing_parts() == ["kafka: no answer"]
