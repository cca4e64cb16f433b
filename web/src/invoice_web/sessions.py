"""Sessions of people who gave a password: a signed cookie, and a row that logging out deletes."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Literal

from itsdangerous import BadSignature, Signer

from invoice_shared.clock import Clock
from invoice_web.store import Store

Role = Literal["act", "view"]
SESSION_SECONDS = 12 * 3600.0


@dataclass(frozen=True, slots=True)
class Session:
    """A session. ``digest`` is its key; ``credential`` identifies the password that opened it."""

    digest: str
    name: str
    role: Role
    credential: str


class Sessions:
    """Stores sessions. ``secret`` signs the cookies: after it changes, nobody is logged in."""

    def __init__(self, store: Store, secret: str, clock: Clock) -> None:
        self._store = store
        self._signer = Signer(secret, salt="session", digest_method=hashlib.sha256)
        self._secret = secret
        self._clock = clock

    def open(self, name: str, role: Role, password: str) -> str:
        """Begin a session, and return its cookie's value."""
        token, now = secrets.token_urlsafe(32), self._clock.now().timestamp()
        row = (_digest(token), name, role, self.credential(password), now + SESSION_SECONDS)
        with self._store.transaction() as tables:
            tables.execute("DELETE FROM sessions WHERE ends < ?", (now,))
            tables.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)", row)
        return self._signer.sign(token).decode()

    def find(self, cookie: str | None) -> Session | None:
        """Return the session of a cookie, or ``None`` if it is forged, expired or logged out."""
        if cookie is None or (digest := self._named(cookie)) is None:
            return None
        asked = "SELECT digest, name, role, credential FROM sessions WHERE digest = ? AND ends >= ?"
        with self._store.transaction() as tables:
            found = tables.execute(asked, (digest, self._clock.now().timestamp())).fetchone()
        return None if found is None else Session(*found)

    def close(self, session: Session) -> None:
        """End a session; its cookie is not accepted any more."""
        with self._store.transaction() as tables:
            tables.execute("DELETE FROM sessions WHERE digest = ?", (session.digest,))

    def credential(self, password: str) -> str:
        """Return a digest of a password, so that a session ends when its password changes."""
        return keyed(self._secret, f"credential:{password}")

    def _named(self, cookie: str) -> str | None:
        try:
            return _digest(self._signer.unsign(cookie).decode())
        except (BadSignature, UnicodeError):
            return None


def keyed(secret: str, text: str) -> str:
    """Return a text's HMAC."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
