"""Identify who asks: by a trusted proxy's header, or by a session."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from invoice_shared.setting_types import Network
from invoice_web.sessions import Role, Session, Sessions
from invoice_web.settings import EVERYBODY, WebSettings

MAX_NAME_CHARACTERS = 200
# The setting with each role's password.
PASSWORDS: dict[Role, str] = {"act": "console_password", "view": "console_view_password"}


class NotTrusted(Exception):
    """An address that is not a trusted proxy sent the user header."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A person; ``subject`` is the subject of the CSRF tokens.

    ``session`` is ``None`` for a person named by a proxy.
    """

    name: str
    role: Role
    subject: str
    session: Session | None = None


class Identities:
    """Identifies people. Reads passwords when they are needed, because a file can change."""

    def __init__(self, settings: WebSettings, sessions: Sessions) -> None:
        self._settings = settings
        self._sessions = sessions

    def named_by_proxy(self, peer: str | None, names: Sequence[str]) -> Identity | None:
        """Return the person in the user header, or ``None`` without one. Raises ``NotTrusted``."""
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
        """Return who logged in, or ``None`` if the password was changed since then."""
        session = self._sessions.find(cookie)
        if session is None:
            return None
        password = self._settings.secret(PASSWORDS[session.role])
        if password is None or self._sessions.credential(password) != session.credential:
            return None
        return Identity(session.name, session.role, session.digest, session)


def is_within(peer: str | None, networks: Sequence[Network]) -> bool:
    """Return whether an address is in one of the networks."""
    try:
        address = ip_address((peer or "").partition("%")[0])
    except ValueError:
        return False
    # A socket for both families shows IPv4 clients as ``::ffff:10.0.0.1``.
    known = (isinstance(address, IPv6Address) and address.ipv4_mapped) or address
    return any(known in network for network in networks)


def tidy_name(text: str) -> str:
    """Return a name as the audit shows it: on one line and not too long."""
    printable = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(printable.split())[:MAX_NAME_CHARACTERS]
