"""The token store in a file, e.g. on a volume that the replicas share.

A lock file is held from reading to writing, so that only one process renews. The kernel frees it
when its holder dies. The file is replaced atomically, so a reader sees either the old or the new
tokens. ``PATH.new`` has the new tokens before the replacement: if a process fails or dies in
between, the next holder of the lock completes it.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from invoice_providers.oauth.tokens import StoreChanged, Stored, Tokens, parse_tokens
from invoice_shared import serde
from invoice_shared.errors import CallFailed, CredentialsRefused, Unavailable

OWNER_ONLY = 0o600
BUSY_SECONDS = 1.0


class FileTokenStore:
    """See ``TokenStore``.

    The folder must exist and be writable, also for ``PATH.lock`` and ``PATH.new``.

    ``setting`` names the setting with the path.
    """

    has_lock = True

    def __init__(self, path: Path, setting: str) -> None:
        self._path = path
        self._setting = setting

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock. Raises ``Unavailable`` if another process has it."""
        with self._translated():
            lock = os.open(self._beside(".lock"), os.O_CREAT | os.O_RDWR, OWNER_ONLY)
        try:
            with self._translated():
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._complete()
            yield
        finally:
            os.close(lock)

    def read(self) -> Stored | None:
        """See ``TokenStore``."""
        with self._translated():
            raw = self._path.read_bytes() if self._path.exists() else None
        return (
            None
            if raw is None
            else Stored(parse_tokens(raw, str(self._path), self._setting), _version(raw))
        )

    def write(self, tokens: Tokens, replacing: Stored | None) -> Stored:
        """See ``TokenStore``. Returns once the disk has the tokens."""
        found = self.read()
        if (found and found.version) != (replacing and replacing.version):
            raise StoreChanged
        raw = serde.to_bytes(tokens)
        with self._translated():
            self._write_beside(raw)
            self._replace()
        return Stored(tokens, _version(raw))

    def _write_beside(self, raw: bytes) -> None:
        file = os.open(self._beside(".new"), os.O_CREAT | os.O_WRONLY | os.O_TRUNC, OWNER_ONLY)
        # On a full disk the kernel writes a part: a file object raises then, os.write does not.
        with os.fdopen(file, "wb") as new:
            new.write(raw)
            new.flush()
            os.fsync(new.fileno())

    def _replace(self) -> None:
        self._beside(".new").replace(self._path)
        # Without it, a power failure may lose the new name although the content was written.
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _complete(self) -> None:
        """Complete a replacement that was fully prepared and did not happen."""
        prepared, present = self._whole(self._beside(".new")), self._whole(self._path)
        if prepared is not None and (present is None or prepared.renew_at > present.renew_at):
            with self._beside(".new").open("rb") as new:  # the disk may not have it yet
                os.fsync(new.fileno())
            self._replace()

    def _whole(self, path: Path) -> Tokens | None:
        try:
            return parse_tokens(path.read_bytes(), str(path), self._setting)
        except (FileNotFoundError, CredentialsRefused):  # missing, or half written
            return None

    def _beside(self, ending: str) -> Path:
        return self._path.with_name(self._path.name + ending)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except BlockingIOError as error:
            raise Unavailable(
                f"Another process is renewing the tokens in {self._path}.",
                retry_after=BUSY_SECONDS,
                outage=True,
            ) from error
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> CallFailed:
        reason = (
            f"The token store {self._path} cannot be used: {error.strerror}. Check {self._setting}"
        )
        if isinstance(
            error, PermissionError | FileNotFoundError | NotADirectoryError | IsADirectoryError
        ):
            return CredentialsRefused(f"{reason}: its folder must exist and be writable.")
        return Unavailable(f"{reason} and its disk.", outage=True)


def _version(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
