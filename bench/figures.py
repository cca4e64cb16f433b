"""How figures are told: minimum, median and maximum of the rounds, never a single best one."""

from collections.abc import Sequence
from datetime import datetime
from statistics import median

# The share of the events over which a rate is taken: neither the start nor the tail.
MIDDLE = (0.1, 0.9)


def spread(values: Sequence[float], unit: str = "") -> str:
    """Return ``min / median / max``."""
    digits = 3 if max(values) < 10 else 0
    return (
        f"{min(values):.{digits}f} / {median(values):.{digits}f} / {max(values):.{digits}f}{unit}"
    )


def rate(times: Sequence[float]) -> float:
    """Return events per second in the middle of a run, from the seconds at which they happened."""
    ordered = sorted(times)
    first, last = (round(share * (len(ordered) - 1)) for share in MIDDLE)
    return (last - first) / (ordered[last] - ordered[first])


def seconds_of(texts: Sequence[str]) -> list[float]:
    """Return ISO times as seconds."""
    return [datetime.fromisoformat(text).timestamp() for text in texts]


def compare(name: str, rounds: Sequence[tuple[float, float]], unit: str) -> str:
    """Return two rates measured in turns, ours first, and their ratio round by round."""
    ours, theirs = ([pair[index] for pair in rounds] for index in (0, 1))
    ratios = [one / other for one, other in rounds]
    return (
        f"{name}: {spread(ours, unit)}; compared to {spread(theirs, unit)}; ratio {spread(ratios)}"
    )
