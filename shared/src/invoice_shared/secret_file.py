"""A secret that lies in a file: one ``stat`` per use, read again only when the file changed or was
replaced.
"""

import os
from pathlib import Path

Identity = tuple[int, int, int, int]


class SecretFile:
    """The content of one file, as it is now.

    Kubernetes replaces the file; an editor writes into it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._identity: Identity | None = None
        self._text: str | None = None

    def read(self) -> str | None:
        """Return the content without surrounding white space; ``None`` while it cannot be read."""
        identity = _identity(self._path)
        if self._text is None or identity is None or identity != self._identity:
            self._identity = identity
            self._text = read_file(self._path)
        return self._text


def read_file(path: Path) -> str | None:
    """Return the file's content without byte order mark and surrounding white space; ``None`` if it
    cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        return None


def _identity(path: Path) -> Identity | None:
    try:
        seen = os.stat(path)  # noqa: PTH116 - half the time of Path.stat, and asked per request
    except OSError:
        return None
    return seen.st_ino, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size
