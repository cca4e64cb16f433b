"""JSON lines on stdout, our own and every library's: one event a line, never a secret or a whole invoice."""

import logging
import sys
import time
from collections.abc import Callable
from typing import Any, cast

import structlog
from structlog.typing import FilteringBoundLogger, Processor

from invoice_shared.log_limit import LogLimit, count_left_out
from invoice_shared.own_secrets import OWN
from invoice_shared.settings import BaseServiceSettings

OURS = "invoice"
"""How the names of our own loggers begin."""


def configure(settings: BaseServiceSettings, monotonic: Callable[[], float] = time.monotonic) -> None:
    """Send structlog and the standard library's logging to stdout in the wanted format."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level.lower()),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_rendering(settings.log_format))
    )
    handler.addFilter(_is_for_an_operator)
    handler.addFilter(LogLimit(monotonic))
    logging.basicConfig(handlers=[handler], level=settings.log_level, force=True)


def _is_for_an_operator(record: logging.LogRecord) -> bool:
    """Let libraries speak from WARNING on: below it they tell a developer's story, with tokens and signatures in it."""
    return record.name.startswith(OURS) or record.levelno >= logging.WARNING


def _rendering(log_format: str) -> list[Processor]:
    drop_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if log_format == "console":
        return [count_left_out, drop_meta, structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty()), _without_secrets]
    return [
        count_left_out,
        drop_meta,
        structlog.processors.format_exc_info,
        structlog.processors.EventRenamer("message"),
        structlog.processors.JSONRenderer(),
        _without_secrets,
    ]


def _without_secrets(_logger: object, _method: str, line: Any) -> str:
    """Mask our own secrets in a line that is ready, whoever wrote it: a library's traceback may quote one."""
    return OWN.masked(str(line))


def get_logger(name: str) -> FilteringBoundLogger:
    """Give the logger of a module; log with keywords: ``invoice_id=…, position=record.position``."""
    return cast("FilteringBoundLogger", structlog.stdlib.get_logger(name))
