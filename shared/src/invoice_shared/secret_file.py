"""A secret in a file, read again when the file changed. Costs one ``stat`` per use."""

import os
from pathlib import Path

Identity = tuple[int, int, int, int]


class SecretFile:
    """The current content of one file.

    Notices both a replaced file, as by Kubernetes, and an edited one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._identity: Identity | None = None
        self._text: str | None = None

    def read(self) -> str | None:
        """Return the content without surrounding white space; ``None`` if it cannot be read."""
        identity = _identity(self._path)
        if self._text is None or identity is None or identity != self._identity:
            self._identity = identity
            self._text = read_file(self._path)
        return self._text


def read_file(path: Path) -> str | None:
    """Return a file's text without byte order mark and outer blanks; ``None`` if unreadable."""
    try:
        return path.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        return None


def _identity(path: Path) -> Identity | None:
    try:
        seen = os.stat(path)  # noqa: PTH116 - called per request, and takes half the time of Path.stat
    except OSError:
        return None
    return seen.st_ino, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size
