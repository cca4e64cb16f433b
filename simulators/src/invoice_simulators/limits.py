"""The limits and answer times of a simulator.

Pure, apart from its seeded draws.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from random import Random
from typing import Any

# Sigma of the log-normal answer time around its median: a long, mild tail, as of real services.
SPREAD = 0.3


@dataclass(frozen=True, slots=True)
class Latency:
    """Answer times in seconds: ``p50`` is the median; some answers take ``slow_seconds``."""

    p50: float = 0.0
    slow_share: float = 0.0
    slow_seconds: float = 3.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """Null: no limit. ``concurrency`` is the limit of concurrent requests of all clients."""

    concurrency: int | None = None
    per_second: int | None = None
    per_minute: int | None = None
    latency: Latency = field(default_factory=Latency)


def parse_limits(tree: Mapping[str, Any]) -> Limits:
    """Read limits from the control API. Raises ``ValueError`` for an unknown name."""
    if unknown := set(tree) - {each.name for each in fields(Limits)}:
        raise ValueError(f"unknown limits: {', '.join(sorted(unknown))}")
    given = {name: value for name, value in tree.items() if name != "latency"}
    return Limits(**given, latency=_parse_latency(tree.get("latency") or {}))


def _parse_latency(tree: Mapping[str, Any]) -> Latency:
    if unknown := set(tree) - {each.name for each in fields(Latency)}:
        raise ValueError(f"unknown fields of latency: {', '.join(sorted(unknown))}")
    numbers: dict[str, Any] = {
        name: value if name == "seed" else float(value) for name, value in tree.items()
    }
    return Latency(**numbers)


class Throttle:
    """Applies ``Limits`` to arrivals."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._arrivals: deque[float] = deque()
        self._random = Random(limits.latency.seed)  # noqa: S311 - repeatable draws, no secret

    def admits(self, concurrency: int, now: float) -> bool:
        """Whether a request may be processed.

        ``concurrency`` includes it; ``now`` is monotonic, in seconds.

        A refused request does not count towards the rates.
        """
        if self.limits.concurrency is not None and concurrency > self.limits.concurrency:
            return False
        if self.limits.per_second is None and self.limits.per_minute is None:
            return True
        return self._within_rates(now)

    def draw_latency(self) -> float:
        """Draw the answer time of one request, in seconds."""
        latency = self.limits.latency
        if self._random.random() < latency.slow_share:
            return latency.slow_seconds
        return latency.p50 * self._random.lognormvariate(0.0, SPREAD) if latency.p50 else 0.0

    def _within_rates(self, now: float) -> bool:
        while self._arrivals and self._arrivals[0] <= now - 60:
            self._arrivals.popleft()
        last_second = 0
        for arrival in reversed(self._arrivals):
            if arrival <= now - 1:
                break
            last_second += 1
        if self.limits.per_second is not None and last_second >= self.limits.per_second:
            return False
        if self.limits.per_minute is not None and len(self._arrivals) >= self.limits.per_minute:
            return False
        self._arrivals.append(now)
        return True
