"""Who asks: a person whom a trusted proxy names, or one who gave a password."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from invoice_shared.setting_types import Network
from invoice_web.sessions import Role, Session, Sessions
from invoice_web.settings import EVERYBODY, WebSettings

MAX_NAME_CHARACTERS = 200
PASSWORDS: dict[Role, str] = {"act": "console_password", "view": "console_view_password"}
"""The setting that holds each role's password."""


class NotTrusted(Exception):
    """Somebody who is no trusted proxy names a user."""


@dataclass(frozen=True, slots=True)
class Identity:
    """``subject`` is whose CSRF token counts.

    ``session``: ``None`` of a person whom a proxy names.
    """

    name: str
    role: Role
    subject: str
    session: Session | None = None


class Identities:
    """Passwords are read when they are needed, since a file may change."""

    def __init__(self, settings: WebSettings, sessions: Sessions) -> None:
        self._settings = settings
        self._sessions = sessions

    def named_by_proxy(self, peer: str | None, names: Sequence[str]) -> Identity | None:
        """Return whom the user header names; ``None`` without one. Raises ``NotTrusted``."""
        if not names:
            return None
        if not is_within(peer, self._settings.console_trusted_proxies) or len(names) > 1:
            raise NotTrusted
        if not (name := tidy_name(names[0])):
            return None
        acting = self._settings.console_act_users
        role: Role = "act" if name in acting or EVERYBODY in acting else "view"
        return Identity(name, role, f"header:{name}")

    def of_cookie(self, cookie: str | None) -> Identity | None:
        """Return who logged in; ``None`` once the password of that time is not the one of now."""
        session = self._sessions.find(cookie)
        if session is None:
            return None
        password = self._settings.secret(PASSWORDS[session.role])
        if password is None or self._sessions.credential(password) != session.credential:
            return None
        return Identity(session.name, session.role, session.digest, session)


def is_within(peer: str | None, networks: Sequence[Network]) -> bool:
    """Whether an address is in one of the networks."""
    try:
        address = ip_address((peer or "").partition("%")[0])
    except ValueError:
        return False
    # A socket that serves both families shows IPv4 clients as ``::ffff:10.0.0.1``.
    known = (isinstance(address, IPv6Address) and address.ipv4_mapped) or address
    return any(known in network for network in networks)


def tidy_name(text: str) -> str:
    """Return a name as the audit shows it: one line, not too long."""
    printable = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(printable.split())[:MAX_NAME_CHARACTERS]
