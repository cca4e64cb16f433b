"""Workers under one lock: bounded, never asleep for an invoice, ending in time."""

import threading

import pytest

from invoice_creator.kafka.tasks import WITHOUT_WRITEBACK
from invoice_creator.scheduling.dispatch import Dispatcher
from invoice_creator.scheduling.engine import Attempt, Ended, Engine
from invoice_creator.scheduling.task import KAFKA, Task
from invoice_shared.clock import SystemClock
from invoice_shared.errors import CallFailed, Uncertain
from invoice_shared.resilience.circuit import Circuit
from invoice_shared.resilience.concurrency_limit import ConcurrencyLimit
from invoice_shared.resilience.retry import RetryPolicy
from tests.builders import formatted_invoice, record

SECONDS = 10.0


def engine(attempt: Attempt, concurrency: int = 4, ended: Ended = lambda _system: None) -> Engine:
    clock = SystemClock()
    policy = RetryPolicy(1, 0.05, 0.05, 900, jitter=lambda low, _high: low)
    dispatcher = Dispatcher(
        clock,
        policy,
        lambda: Circuit(clock, 5, 1, ConcurrencyLimit(64)),
        lambda *_: None,
        capacity=1000,
        window=10_000,
        is_paused=lambda _destination: False,
    )
    return Engine(dispatcher, attempt, concurrency, ended, clock=clock)


def offer(running: Engine, count: int) -> None:
    for offset in range(count):
        document = formatted_invoice(invoice_id=f"i-{offset}")
        with running.held() as dispatcher:
            dispatcher.offer(Task(record(offset=offset), document, WITHOUT_WRITEBACK))
        running.wake()


def is_idle(dispatcher: Dispatcher) -> bool:
    return dispatcher.held() == 0


def test_all_records_are_settled_with_at_most_one_attempt_per_worker_at_a_time() -> None:
    lock = threading.Lock()
    now = 0
    most = 0
    together = threading.Barrier(3)

    def attempt(task: Task) -> CallFailed | None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        if task.record.offset < 3 and task.phase == "create":
            together.wait(SECONDS)  # three are certainly being worked on at the same time
        with lock:
            now -= 1
        return None

    running = engine(attempt, concurrency=3)
    running.start()
    offer(running, 200)

    assert running.wait_until(is_idle, SECONDS)
    assert most == 3
    assert running.stop(SECONDS)


def test_a_waiting_record_does_not_occupy_a_worker() -> None:
    tried: set[int] = set()

    def attempt(task: Task) -> CallFailed | None:
        if task.record.offset == 0 and task.phase == "create" and 0 not in tried:
            tried.add(0)
            return Uncertain("no answer")
        return None

    running = engine(attempt, concurrency=1)
    running.start()
    offer(running, 10)

    assert running.wait_until(lambda dispatcher: dispatcher.held() == 1, SECONDS)
    assert running.wait_until(is_idle, SECONDS)
    running.stop(SECONDS)


def test_a_record_is_attempted_when_it_is_due_although_who_waited_for_it_took_another() -> None:
    failed: set[int] = set()

    def attempt(task: Task) -> CallFailed | None:
        offset = task.record.offset
        if offset % 2 == 0 and task.phase == "create" and offset not in failed:
            failed.add(offset)
            return Uncertain("no answer")
        return None

    running = engine(attempt, concurrency=3)
    running.start()
    offer(running, 100)

    assert running.wait_until(is_idle, SECONDS)
    assert len(failed) == 50
    assert running.stop(SECONDS)


def test_each_finished_attempt_is_reported_with_the_system_that_it_called() -> None:
    told: list[str] = []
    failed: set[int] = set()

    def attempt(task: Task) -> CallFailed | None:
        if task.phase == "create" and not failed:
            failed.add(task.record.offset)
            return Uncertain("no answer")
        return None

    running = engine(attempt, concurrency=1, ended=told.append)
    running.start()
    offer(running, 1)

    assert running.wait_until(is_idle, SECONDS)
    running.stop(SECONDS)
    assert told == ["netsuite", "netsuite", KAFKA]


def test_stopping_waits_for_what_is_in_flight_and_takes_no_more() -> None:
    began = threading.Event()
    finish = threading.Event()

    def attempt(_: Task) -> CallFailed | None:
        began.set()
        finish.wait(SECONDS)
        return None

    running = engine(attempt, concurrency=1)
    running.start()
    offer(running, 2)
    assert began.wait(SECONDS)

    assert not running.stop(0.05)
    finish.set()
    assert running.stop(SECONDS)
    with running.held() as dispatcher:
        assert dispatcher.held() == 1
        assert list(dispatcher.offsets.committable().values()) == [1]


def test_a_bug_in_a_worker_reaches_the_main_thread() -> None:
    def attempt(_: Task) -> CallFailed | None:
        raise ZeroDivisionError

    running = engine(attempt)
    running.start()
    running.check()
    offer(running, 1)

    with pytest.raises(ZeroDivisionError):
        wait_for_the_bug(running)


def wait_for_the_bug(running: Engine) -> None:
    for _ in range(100):
        running.check()
        running.wait_until(lambda _: False, 0.05)
