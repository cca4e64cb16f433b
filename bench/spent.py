"""What a process has used so far, as the kernel counts it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

TICKS_PER_SECOND = 100


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU seconds of a process with its threads, and its resident MiB: now and at its peak."""

    cpu_seconds: float
    resident: float
    peak: float

    @classmethod
    def by(cls, pid: int) -> Self:
        """Return what a process has used until now."""
        status = Path(f"/proc/{pid}/status").read_text()
        return cls(cpu_seconds(pid), _mib(status, "VmRSS"), _mib(status, "VmHWM"))


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds of a process, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def _mib(status: str, name: str) -> float:
    line = next(each for each in status.splitlines() if each.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024
