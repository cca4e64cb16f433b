"""Lines on stdout, ours and every library's, without secrets, whole invoices, and control of the
terminal that shows them.
"""

import logging
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor

from invoice_shared import serde
from invoice_shared.harmless import harmless, harmless_json, harmless_line
from invoice_shared.log_limit import LogLimit, count_left_out
from invoice_shared.own_secrets import OWN
from invoice_shared.settings import BaseServiceSettings
from invoice_shared.types import time_of_day

# The key of an event under which structlog stores a traceback, the only text of several lines.
TRACEBACK = "exception"


def configure(
    settings: BaseServiceSettings, monotonic: Callable[[], float] = time.monotonic
) -> None:
    """Send our lines straight to stdout, and libraries' lines through ``logging``."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _add_time,
    ]
    rendering, limit = _rendering(settings.log_format), LogLimit(monotonic)
    structlog.configure(
        processors=[limit.of_ours, *shared, *rendering],
        logger_factory=_Stdout,
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level.lower()),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    drop_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[count_left_out, drop_meta, *rendering]
        )
    )
    handler.addFilter(_is_for_an_operator)
    handler.addFilter(limit)
    logging.basicConfig(handlers=[handler], level=settings.log_level, force=True)


class _Stdout:
    """Writes each line at once, unchanged. ``add_logger_name`` reads the name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def msg(self, line: str) -> None:
        """Write a whole line, so that threads do not mix theirs."""
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    debug = info = warning = error = critical = msg


def _is_for_an_operator(record: logging.LogRecord) -> bool:
    """Pass libraries' lines from WARNING on: below it they log tokens and signatures."""
    return record.levelno >= logging.WARNING


def _add_time(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Add the time of day; structlog's own stamp took a fifth of a line's cost."""
    event["time"] = time_of_day(datetime.now(UTC))
    return event


def _rendering(log_format: str) -> list[Processor]:
    with_traceback = structlog.processors.format_exc_info
    if log_format == "console":
        return [with_traceback, _harmless, _for_people(), _without_secrets]
    return [
        with_traceback,
        structlog.processors.EventRenamer("message"),
        _as_json,
        _without_secrets,
    ]


def _for_people() -> Processor:
    """Render an event for a terminal. structlog's own tracebacks would show variables."""
    return structlog.dev.ConsoleRenderer(
        colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def _harmless(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Clean all texts before the renderer adds its colours. Others are shown as their ``repr``."""
    return {
        name: (harmless if name == TRACEBACK else harmless_line)(value)
        if isinstance(value, str)
        else value
        for name, value in event.items()
    }


def _as_json(_logger: object, _method: str, event: EventDict) -> str:
    """Render an event; values unknown to JSON are written as their ``repr``."""
    return harmless_json(serde.line(event))


def _without_secrets(_logger: object, _method: str, line: Any) -> str:
    """Mask our secrets in a rendered line, because a library's traceback may quote one."""
    return OWN.masked(str(line))


def get_logger(name: str) -> FilteringBoundLogger:
    """Return a module's logger. Log with keywords: ``invoice_id=…, position=record.position``."""
    return cast("FilteringBoundLogger", structlog.stdlib.get_logger(name))
