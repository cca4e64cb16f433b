"""What a command runs in: libraries that keep quiet, and one line for whatever keeps it from its
work.
"""

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
    """Keep what the libraries log off the terminal: each command says itself what went wrong."""
    logging.basicConfig(stream=sys.stderr, level=logging.CRITICAL)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
