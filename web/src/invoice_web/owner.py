"""Whether this process may mark unfinished jobs as stopped: only if it alone uses the file."""

import fcntl
import os
from pathlib import Path


def owns(directory: Path | None, name: str) -> bool:
    """Return whether no other process uses the file, and lock it until this process ends."""
    if directory is None:
        return True
    try:
        held = os.open(directory / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
