"""Which process of the page may call what ran before it cut off: the one that is alone with the
file.
"""

import fcntl
import os
from pathlib import Path


def owns(directory: Path | None, name: str) -> bool:
    """Whether no other process of the page uses the file; holds on to that until this one ends."""
    if directory is None:
        return True
    try:
        held = os.open(directory / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
