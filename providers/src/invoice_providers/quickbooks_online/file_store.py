"""The token store as a file, e.g. on a volume that the replicas share.

A lock beside it is held from reading to writing, so that only one process renews; the kernel frees it when its holder
dies. The file is replaced as a whole: whoever reads sees the old tokens or the new ones.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from invoice_providers.quickbooks_online.tokens import StoreChanged, Stored, Tokens, parse_tokens
from invoice_shared import serde
from invoice_shared.errors import CallFailed, CredentialsRefused, Unavailable

OWNER_ONLY = 0o600
BUSY_SECONDS = 1.0


class FileTokenStore:
    """See ``TokenStore``. The folder must exist and be writable; ``PATH.lock`` and ``PATH.new`` lie in it, too."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock; raises ``Unavailable`` where another process does."""
        with self._translated():
            lock = os.open(self._beside(".lock"), os.O_CREAT | os.O_RDWR, OWNER_ONLY)
        try:
            with self._translated():
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        finally:
            os.close(lock)

    def read(self) -> Stored | None:
        """See ``TokenStore``."""
        with self._translated():
            raw = self._path.read_bytes() if self._path.exists() else None
        return None if raw is None else Stored(parse_tokens(raw, str(self._path)), hashlib.sha256(raw).hexdigest())

    def write(self, tokens: Tokens, replacing: Stored | None) -> None:
        """See ``TokenStore``. Returns once the disk has it."""
        if self.read() != replacing:
            raise StoreChanged
        with self._translated():
            self._replace(serde.to_bytes(tokens))

    def _replace(self, raw: bytes) -> None:
        new = self._beside(".new")
        file = os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, OWNER_ONLY)
        try:
            os.write(file, raw)
            os.fsync(file)
        finally:
            os.close(file)
        new.replace(self._path)
        self._sync_folder()

    def _sync_folder(self) -> None:
        # Else the new name may be lost in a power failure, though the content was written.
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _beside(self, ending: str) -> Path:
        return self._path.with_name(self._path.name + ending)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except BlockingIOError as error:
            raise Unavailable(
                "Another process is renewing the access to QuickBooks Online.", retry_after=BUSY_SECONDS, outage=True
            ) from error
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> CallFailed:
        reason = f"The token store {self._path} cannot be used: {error.strerror}. Check QBO_TOKEN_STORE"
        if isinstance(error, PermissionError | FileNotFoundError | NotADirectoryError | IsADirectoryError):
            return CredentialsRefused(f"{reason}: its folder must exist and be writable.")
        return Unavailable(f"{reason} and its disk.", outage=True)
