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


def test_while_the_broker_is_away_nothing_counts_and_afterwards_the_time_begins_anew() -> None:
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


def test_not_to_be_told_an_assignment_ends_liveness_after_the_stall_time() -> None:
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


def test_a_loop_that_does_not_turn_ends_liveness_though_nothing_waits() -> None:
    clock = FakeClock()
    health = Health(clock, 120)
    health.turned("event loop", 30)
    clock.advance(29)
    health.turned("event loop", 30)
    clock.advance(29)
    assert health.is_live()

    clock.advance(1)

    assert health.stuck() == ["the event loop does not turn"]
    health.missing("kafka", "no answer")  # the hung loop itself may be who does not hear it
    assert health.stuck() == ["the event loop does not turn"]


def test_a_probe_is_asked_whenever_somebody_wants_to_know() -> None:
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
