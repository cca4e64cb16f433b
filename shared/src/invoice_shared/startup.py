"""Waiting for what must exist outside: one clear line, not ready, no crash loop."""

import threading
from collections.abc import Callable

from invoice_shared.errors import StartupError
from invoice_shared.health import Health
from invoice_shared.logs import get_logger

log = get_logger(__name__)

RECHECK_SECONDS = 2.0


def wait_for(what: str, check: Callable[[], None], health: Health, stop: threading.Event) -> bool:
    """Repeat ``check`` until it no longer raises ``StartupError``; True then, False where ``stop`` came first.

    Each new reason is logged once.
    """
    said = ""
    while not stop.is_set():
        try:
            check()
        except StartupError as error:
            if str(error) != said:
                log.error("waiting", missing=what, why=(said := str(error)))
            health.missing(what, said)
            stop.wait(RECHECK_SECONDS)
        else:
            health.present(what)
            return True
    return False
