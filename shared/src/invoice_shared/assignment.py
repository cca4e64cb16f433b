"""Report a consumer's partitions and lag to readiness, liveness and metrics."""

from invoice_shared.health import Health
from invoice_shared.metrics import Metrics

PARTITIONS = "partitions"


class Assignment:
    """Reports nothing while the group has not assigned anything, e.g. during a broker outage.

    The lag is then unknown, and its metric keeps the last value. An empty assignment counts as one.
    """

    def __init__(self, health: Health, metrics: Metrics) -> None:
        self._health = health
        self._metrics = metrics
        self._is_told = False

    def told(self, partitions: int) -> None:
        """Report how many partitions the process has now."""
        if not self._is_told:
            self._health.progress()  # its records did not wait for us before
        self._is_told = True
        self._metrics.partitions(partitions)
        if partitions:
            self._health.present(PARTITIONS)
        else:
            self._health.missing(PARTITIONS, "none assigned: the other replicas have them all")

    def left(self, partitions: int) -> None:
        """Report how many partitions are left after some were revoked.

        If none is left, a new assignment will follow.
        """
        if partitions:
            self.told(partitions)
        else:
            self.untold()

    def untold(self) -> None:
        """Report that there is no assignment: none yet, or no longer."""
        self._is_told = False
        self._metrics.partitions(0)
        self._health.missing(PARTITIONS, "none assigned yet")
        self._health.lag(None)

    def lag(self, waiting: int) -> None:
        """Report how many records wait in the assigned partitions."""
        if self._is_told:
            self._health.lag(waiting)
            self._metrics.lag(waiting)
