"""What a consumer is assigned, and how many records wait there, made known: readiness, liveness and
metrics.
"""

from invoice_shared.health import Health
from invoice_shared.metrics import Metrics

PARTITIONS = "partitions"


class Assignment:
    """While the group has told nothing, e.g. because the broker is away, nobody knows how many
    records wait.

    The metric then keeps the last figure. To be assigned nothing is to be told.
    """

    def __init__(self, health: Health, metrics: Metrics) -> None:
        self._health = health
        self._metrics = metrics
        self._is_told = False

    def told(self, partitions: int) -> None:
        """Note how many partitions the process has now."""
        self._is_told = True
        self._metrics.partitions(partitions)
        if partitions:
            self._health.present(PARTITIONS)
        else:
            self._health.missing(PARTITIONS, "none assigned: the other replicas have them all")

    def left(self, partitions: int) -> None:
        """Note how many partitions are left after some were given up.

        If none is, the group will tell of others.
        """
        if partitions:
            self.told(partitions)
        else:
            self.untold()

    def untold(self) -> None:
        """Note that the group has told nothing yet, or that what it told holds no more."""
        self._is_told = False
        self._metrics.partitions(0)
        self._health.missing(PARTITIONS, "none assigned yet")
        self._health.lag(None)

    def lag(self, waiting: int) -> None:
        """Show how many records wait in the partitions that were told."""
        if self._is_told:
            self._health.lag(waiting)
            self._metrics.lag(waiting)
