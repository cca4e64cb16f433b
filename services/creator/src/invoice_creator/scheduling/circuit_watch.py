"""Makes a circuit's changes known: metric, log, and for refused credentials readiness. One alert an opening."""

from dataclasses import dataclass

from invoice_shared.errors import CallFailed
from invoice_shared.health import Health
from invoice_shared.logs import get_logger
from invoice_shared.metrics import Metrics
from invoice_shared.resilience.circuit import Change

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CircuitWatch:
    """Called by the dispatcher with each change; cheap, since its lock is held."""

    metrics: Metrics
    health: Health

    def __call__(self, system: str, change: Change, error: CallFailed | None) -> None:
        """Make one change known."""
        self.metrics.circuit(system, change != "closed")
        why = error.reason if error else None
        if change == "refused":
            self.health.missing(f"{system} credentials", why or "refused")
            log.error("credentials refused", system=system, why=why)
        elif change == "opened":
            log.warning("circuit opened", system=system, why=why)
        else:
            self.health.present(f"{system} credentials")
            log.info("circuit closed", system=system)
