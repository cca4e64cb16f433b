"""The context that a command runs in: quiet libraries, and one line for an error."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from invoice_cli.exits import exit_of, stop
from invoice_shared.errors import ConnectorError
from invoice_shared.settings import InvalidSettings


@contextmanager
def ended_with_one_line() -> Iterator[None]:
    """End the process with the contract's exit code if a setting or a connection is wrong."""
    _quiet_libraries()
    try:
        yield
    except (ConnectorError, InvalidSettings) as failed:
        stop(exit_of(failed), str(failed))


def _quiet_libraries() -> None:
    """Keep the libraries' logs off the terminal: each command reports its own errors."""
    logging.basicConfig(stream=sys.stderr, level=logging.CRITICAL)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
