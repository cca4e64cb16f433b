"""Report a circuit's changes: metric, log and readiness. One alert per opening."""

from collections.abc import Collection
from dataclasses import dataclass

from invoice_shared.errors import CallFailed
from invoice_shared.health import Health
from invoice_shared.logs import get_logger
from invoice_shared.metrics import Metrics
from invoice_shared.resilience.circuit import Change

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CircuitWatch:
    """Called with each change of a circuit. Cheap, because its owner's lock is held.

    Refused credentials make the process not ready. So does an outage of a ``vital`` system, without
    which the process can do nothing.
    """

    metrics: Metrics
    health: Health
    vital: Collection[str] = ()

    def __call__(self, system: str, change: Change, error: CallFailed | None) -> None:
        """Report one change."""
        self.metrics.circuit(system, change != "closed")
        why = error.reason if error else "unknown"
        if change == "refused":
            self.health.missing(f"{system} credentials", why)
            log.error("credentials refused", system=system, why=why)
        elif change == "opened":
            if system in self.vital:
                self.health.missing(system, why)
            log.warning("circuit opened", system=system, why=why)
        else:
            self.health.present(system)
            self.health.present(f"{system} credentials")
            log.info("circuit closed", system=system)
