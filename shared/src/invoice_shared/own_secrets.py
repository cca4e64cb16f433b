"""The secrets of this process, to mask them in every text that leaves it."""

import base64
import html
import threading
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

# Shorter ones are also ordinary words.
MIN_CHARACTERS = 6
# Tokens are renewed a few times per hour, and texts no longer contain the old ones.
MAX_RENEWED = 16
# Shorter pieces of base64, or shorter lines of a key, could be something else.
MIN_PIECE = 8
MASK = "[redacted]"


class OwnSecrets:
    """Thread-safe.

    Contains what was added, and the newest ``MAX_RENEWED`` renewed ones.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: set[str] = set()
        self._renewed: dict[str, None] = {}
        self._longest_first: tuple[str, ...] = ()

    def add(self, secret: str | None) -> None:
        """Mask a secret from now on."""
        if secret is None or len(secret) < MIN_CHARACTERS or secret in self._kept:
            return
        with self._lock:
            self._kept.add(secret)
            self._order()

    def add_renewed(self, secret: str | None) -> None:
        """Mask a renewed secret, such as a token, for as long as it is among the newest."""
        if secret is None or len(secret) < MIN_CHARACTERS or secret in self._kept:
            return
        with self._lock:
            is_known = secret in self._renewed
            self._renewed.pop(secret, None)
            self._renewed[secret] = None
            while len(self._renewed) > MAX_RENEWED:
                del self._renewed[next(iter(self._renewed))]
            if not is_known:
                self._order()

    def masked(self, text: str) -> str:
        """Return a text with all secrets masked."""
        # Measured: faster than one pattern for all, up to about 300 forms.
        for form in self._longest_first:
            if form in text:
                text = text.replace(form, MASK)
        return text

    def clear(self) -> None:
        """Forget all secrets."""
        with self._lock:
            self._kept, self._renewed, self._longest_first = set(), {}, ()

    def _order(self) -> None:
        every = {form for secret in (*self._kept, *self._renewed) for form in forms_of(secret)}
        self._longest_first = tuple(sorted(every, key=len, reverse=True))


OWN = OwnSecrets()


def forms_of(secret: str) -> Iterator[str]:
    """Yield the forms of a secret in texts: plain, escaped, encoded; long keys by line."""
    yield secret
    yield from (
        line
        for line in secret.splitlines()
        if len(line) >= 2 * MIN_PIECE and not line.startswith("-----")
    )
    escaped = (
        secret.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r").replace("\n", "\\n")
    )
    yield escaped  # in a JSON text
    yield escaped.replace("/", "\\/")
    yield html.escape(secret)
    for encoded in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
        yield encoded
        yield _lower_escapes(encoded)
    raw = secret.encode()
    yield raw.hex()
    yield raw.hex().upper()
    yield from (piece for piece in _base64(raw) if len(piece) >= MIN_PIECE)


def _lower_escapes(encoded: str) -> str:
    head, *escaped = encoded.split("%")
    return "%".join([head, *(each[:2].lower() + each[2:] for each in escaped)])


def _base64(raw: bytes) -> Iterator[str]:
    """Yield the parts of a secret's base64 that any prefix, e.g. ``user:``, leaves unchanged."""
    for shift in range(3):
        shifted = bytes(shift) + raw
        first, end = (0, 2, 3)[shift], len(shifted) * 8 // 6
        yield base64.b64encode(shifted).decode()[first:end]
        yield base64.urlsafe_b64encode(shifted).decode()[first:end]
