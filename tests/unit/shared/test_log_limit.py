import logging
from types import SimpleNamespace
from typing import Any

import pytest
from structlog import DropEvent

from invoice_shared.log_limit import LogLimit
from tests.fakes import FakeClock

Line = logging.LogRecord | dict[str, Any]


def line(message: str, *arguments: object, level: int = logging.ERROR) -> logging.LogRecord:
    """Return a log record of a library, or one of ours with its event and facts."""
    return logging.LogRecord("a.library", level, __file__, 1, message, arguments, None)


def written(*lines: Line, method: str = "error") -> list[bool]:
    limit = LogLimit(FakeClock().monotonic)
    return [
        limit(each) if isinstance(each, logging.LogRecord) else is_let(limit, each, method)
        for each in lines
    ]


def is_let(limit: LogLimit, event: dict[str, Any], method: str) -> bool:
    try:
        limit.of_ours(SimpleNamespace(name="invoice_creator"), method, event)
    except DropEvent:
        return False
    return True


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (line("away"), line("away")),
        (line("node %s: %s", 1, "refused"), line("node %s: %s", 2, "refused")),
        (
            line("Connect to 127.0.0.1:9092 failed (after 3ms)"),
            line("Connect to 127.0.0.1:9093 failed (after 14ms)"),
        ),
        (
            line("Connect failed (after 3ms in state CONNECT)"),
            line("Connect failed (after 0ms in state CONNECT, 29 identical error(s) suppressed)"),
        ),
        (line("member rdkafka-cfc4617a-5133"), line("member rdkafka-38a16a80-8aee")),
        ({"event": "not ready", "why": "a"}, {"event": "not ready", "why": "a", "open": 7}),
    ],
)
def test_lines_with_the_same_cause_are_written_once(first: Line, second: Line) -> None:
    assert written(first, second) == [True, False]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (line("%s: %s", "FAIL", "refused"), line("%s: %s", "FAIL", "timed out")),
        ({"event": "not ready", "why": "a"}, {"event": "not ready", "why": "b"}),
        (
            {"event": "invoice failed", "invoice_id": "i-1"},
            {"event": "invoice failed", "invoice_id": "i-2"},
        ),
        ({"event": "lost", "position": "t[0]@1"}, {"event": "lost", "position": "t[0]@1"}),
        ({"event": "refused", "repeats": 4}, {"event": "refused", "repeats": 4}),
        (line("accepted", level=logging.INFO), line("accepted", level=logging.INFO)),
        (line("crashed", level=logging.CRITICAL), line("crashed", level=logging.CRITICAL)),
    ],
)
def test_lines_with_another_cause_or_about_one_invoice_are_written(
    first: Line, second: Line
) -> None:
    assert written(first, second) == [True, True]


def test_a_message_that_does_not_match_its_arguments_raises_nothing() -> None:
    assert written(line("%s of %d", "many"), line("%s of %d", "many")) == [True, False]


@pytest.mark.parametrize("method", ["info", "critical"])
def test_lines_below_a_warning_or_critical_ones_are_always_written(method: str) -> None:
    assert written({"event": "starting"}, {"event": "starting"}, method=method) == [True, True]


def test_our_own_line_says_how_many_were_left_out_before_it() -> None:
    clock = FakeClock()
    limit = LogLimit(clock.monotonic)
    event = {"event": "not ready"}
    assert [is_let(limit, dict(event), "error") for _ in range(3)] == [True, False, False]
    clock.advance(60)

    limit.of_ours(SimpleNamespace(name="invoice_creator"), "error", event)

    assert event == {"event": "not ready", "repeats": 2}
