import logging
from typing import Any

import pytest

from invoice_shared.log_limit import LogLimit
from tests.fakes import FakeClock


def line(message: str | dict[str, Any], *arguments: object, level: int = logging.ERROR) -> logging.LogRecord:
    return logging.LogRecord("a.library", level, __file__, 1, message, arguments, None)


def written(*lines: logging.LogRecord) -> list[bool]:
    limit = LogLimit(FakeClock().monotonic)
    return [limit(each) for each in lines]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (line("away"), line("away")),
        (line("node %s: %s", 1, "refused"), line("node %s: %s", 2, "refused")),
        (line("Connect to 127.0.0.1:9092 failed (after 3ms)"), line("Connect to 127.0.0.1:9093 failed (after 14ms)")),
        (line("member rdkafka-cfc4617a-5133"), line("member rdkafka-38a16a80-8aee")),
        (line({"event": "not ready", "why": "a"}), line({"event": "not ready", "why": "a", "open": 7})),
    ],
)
def test_what_has_one_cause_is_written_once(first: logging.LogRecord, second: logging.LogRecord) -> None:
    assert written(first, second) == [True, False]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (line("%s: %s", "FAIL", "refused"), line("%s: %s", "FAIL", "timed out")),
        (line({"event": "not ready", "why": "a"}), line({"event": "not ready", "why": "b"})),
        (
            line({"event": "invoice failed", "invoice_id": "i-1"}),
            line({"event": "invoice failed", "invoice_id": "i-2"}),
        ),
        (line({"event": "lost", "position": "t[0]@1"}), line({"event": "lost", "position": "t[0]@1"})),
        (line({"event": "refused", "repeats": 4}), line({"event": "refused", "repeats": 4})),
        (line({"event": "accepted"}, level=logging.INFO), line({"event": "accepted"}, level=logging.INFO)),
        (line("crashed", level=logging.CRITICAL), line("crashed", level=logging.CRITICAL)),
    ],
)
def test_what_has_another_cause_or_is_about_one_invoice_is_written(
    first: logging.LogRecord, second: logging.LogRecord
) -> None:
    assert written(first, second) == [True, True]


def test_a_message_that_does_not_fit_its_arguments_fails_nobody() -> None:
    assert written(line("%s of %d", "many"), line("%s of %d", "many")) == [True, False]
