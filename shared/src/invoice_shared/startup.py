"""Wait for dependencies: one clear log line and not ready, instead of a crash loop."""

import sys
import threading
from collections.abc import Callable
from typing import NoReturn

from invoice_shared.errors import StartupError
from invoice_shared.health import Health
from invoice_shared.logs import get_logger

log = get_logger(__name__)

# Between two checks of a missing dependency.
RECHECK_SECONDS = 2.0
# Between two checks of an available dependency.
WATCH_SECONDS = 10.0

# Returns if the dependency is available, or raises ``StartupError`` that says what to do.
Check = Callable[[], None]


def wait_for(what: str, check: Check, health: Health, stop: threading.Event) -> bool:
    """Return True once ``check`` passes, or False if ``stop`` is set first."""
    while not stop.is_set():
        if is_present(what, check, health):
            return True
        stop.wait(RECHECK_SECONDS)
    return False


def watch(what: str, check: Check, health: Health, stop: threading.Event) -> None:
    """Update readiness by ``check`` until ``stop`` is set."""
    while not stop.is_set():
        stop.wait(WATCH_SECONDS if is_present(what, check, health) else RECHECK_SECONDS)


def is_present(what: str, check: Check, health: Health) -> bool:
    """Check once, and log each new reason once."""
    try:
        check()
    except StartupError as error:
        if health.why(what) != str(error):
            log.error("not ready", missing=what, why=str(error))
        health.missing(what, str(error))
        return False
    if health.why(what) is not None:
        log.info("found", what=what)
    health.present(what)
    return True


def cannot_start(why: str) -> NoReturn:
    """End the process, because only another setting or another process's end can help."""
    log.critical("cannot start", why=why)
    sys.exit(2)
