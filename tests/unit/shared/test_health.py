from invoice_shared.health import Health
from tests.fakes import FakeClock


def test_a_process_is_ready_once_nothing_is_missing() -> None:
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


def test_a_commit_restarts_the_stall_time() -> None:
    clock = FakeClock()
    health = Health(clock, 120)
    health.lag(3)
    clock.advance(119)
    health.progress()
    clock.advance(119)
    health.lag(2)
    assert health.is_live()


def test_the_stall_time_is_suspended_without_a_broker_and_starts_over_afterwards() -> None:
    clock = FakeClock()
    health = Health(clock, 120)
    health.lag(3)
    health.polled("polling loop", 300)
    health.missing("kafka", "no answer")
    clock.advance(10_000)
    assert health.is_live()

    health.present("kafka")
    clock.advance(119)
    assert health.is_live()
    clock.advance(1)
    assert health.stuck() == ["3 records wait, and there was no progress for 120 seconds"]
    clock.advance(180)

    assert "the polling loop does not turn" in health.stuck()


def test_a_missing_assignment_ends_liveness_after_the_stall_time() -> None:
    clock = FakeClock()
    health = Health(clock, 120)
    clock.advance(10_000)
    health.lag(None)
    clock.advance(119)
    assert health.is_live()

    clock.advance(1)
    assert health.stuck() == [
        "no partition was assigned, and there was no progress for 120 seconds"
    ]

    health.lag(0)
    assert health.is_live()


def test_a_hanging_loop_ends_liveness_even_if_nothing_waits() -> None:
    clock = FakeClock()
    health = Health(clock, 120)
    health.turned("event loop", 30)
    clock.advance(29)
    health.turned("event loop", 30)
    clock.advance(29)
    assert health.is_live()

    clock.advance(1)

    assert health.stuck() == ["the event loop does not turn"]
    health.missing("kafka", "no answer")  # the hanging loop itself may be what misses it
    assert health.stuck() == ["the event loop does not turn"]


def test_a_probe_is_run_at_every_request() -> None:
    health = Health(FakeClock(), 120)
    found = {"NS_TOKEN_SECRET": "its file cannot be read"}
    health.ask(lambda: found)
    health.missing("kafka", "no answer")
    assert health.missing_parts() == [
        "NS_TOKEN_SECRET: its file cannot be read",
        "kafka: no answer",
    ]

    found.clear()

    assert health.missing_parts() == ["kafka: no answer"]
