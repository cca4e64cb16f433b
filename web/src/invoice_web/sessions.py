"""Sessions of people who gave a password: a signed cookie outside, a row inside, so that logging
out ends both.
"""

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
    """``digest`` names it inside; ``credential`` tells with which password it was opened."""

    digest: str
    name: str
    role: Role
    credential: str


class Sessions:
    """``secret`` signs the cookies: with another one, nobody is logged in any more."""

    def __init__(self, store: Store, secret: str, clock: Clock) -> None:
        self._store = store
        self._signer = Signer(secret, salt="session", digest_method=hashlib.sha256)
        self._secret = secret
        self._clock = clock

    def open(self, name: str, role: Role, password: str) -> str:
        """Begin a session and return its cookie's value."""
        token, now = secrets.token_urlsafe(32), self._clock.now().timestamp()
        row = (_digest(token), name, role, self.credential(password), now + SESSION_SECONDS)
        with self._store.transaction() as tables:
            tables.execute("DELETE FROM sessions WHERE ends < ?", (now,))
            tables.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)", row)
        return self._signer.sign(token).decode()

    def find(self, cookie: str | None) -> Session | None:
        """Return the session of a cookie; ``None`` if it is none of ours, over, or logged out."""
        if cookie is None or (digest := self._named(cookie)) is None:
            return None
        asked = "SELECT digest, name, role, credential FROM sessions WHERE digest = ? AND ends >= ?"
        with self._store.transaction() as tables:
            found = tables.execute(asked, (digest, self._clock.now().timestamp())).fetchone()
        return None if found is None else Session(*found)

    def close(self, session: Session) -> None:
        """End a session; its cookie opens nothing any more."""
        with self._store.transaction() as tables:
            tables.execute("DELETE FROM sessions WHERE digest = ?", (session.digest,))

    def credential(self, password: str) -> str:
        """Return what tells one password from another, without telling it: a session ends when its
        password does.
        """
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
