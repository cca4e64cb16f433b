"""The secrets that this process holds, so that no text that leaves it repeats one, in whatever form."""

import base64
import html
import threading
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

# Shorter ones are words that texts need.
MIN_CHARACTERS = 6
# Access tokens come and go; a text that names an old one is late by now.
MAX_SECRETS = 64
# A piece of base64 or a line of a key must be so long that nothing else looks like it.
MIN_PIECE = 8
MASK = "[redacted]"


class OwnSecrets:
    """Thread-safe. Knows the newest ``MAX_SECRETS``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forms: dict[str, tuple[str, ...]] = {}
        self._longest_first: tuple[str, ...] = ()

    def add(self, secret: str | None) -> None:
        """Mask a secret from now on."""
        if secret is None or len(secret) < MIN_CHARACTERS or secret in self._forms:
            return
        with self._lock:
            self._forms[secret] = tuple(forms_of(secret))
            while len(self._forms) > MAX_SECRETS:
                del self._forms[next(iter(self._forms))]
            every = {form for forms in self._forms.values() for form in forms}
            self._longest_first = tuple(sorted(every, key=len, reverse=True))

    def masked(self, text: str) -> str:
        """Return a text without any of them."""
        for form in self._longest_first:
            if form in text:
                text = text.replace(form, MASK)
        return text

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._forms, self._longest_first = {}, ()


OWN = OwnSecrets()


def forms_of(secret: str) -> Iterator[str]:
    """Yield the ways in which a secret shows in texts: as it is, escaped, encoded; a key of several lines by line."""
    yield secret
    yield from (line for line in secret.splitlines() if len(line) >= 2 * MIN_PIECE and not line.startswith("-----"))
    escaped = secret.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r").replace("\n", "\\n")
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
    """Yield what of a secret's base64 does not depend on its surroundings, e.g. within ``user:secret``."""
    for shift in range(3):
        shifted = bytes(shift) + raw
        first, end = (0, 2, 3)[shift], len(shifted) * 8 // 6
        yield base64.b64encode(shifted).decode()[first:end]
        yield base64.urlsafe_b64encode(shifted).decode()[first:end]
