"""A client of a token endpoint, which exchanges a refresh token for new tokens.

A call may invalidate the refresh token that it sends.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from invoice_providers.http import Http, basic
from invoice_providers.oauth.grant import Dialect, Words
from invoice_providers.oauth.tokens import GrantRefused, Tokens
from invoice_shared.answer import Answer
from invoice_shared.clock import Clock
from invoice_shared.errors import CallFailed, CredentialsRefused, Unavailable, Uncertain
from invoice_shared.outgoing.outgoing import Reach
from invoice_shared.own_secrets import OWN

SENDING = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
# Tokens are renewed this long before their end, for clock differences and slow calls.
EARLY_SECONDS = 120.0
BUSY = (408, 425, 429)
# Longer lifetimes are errors: Intuit's longest is five years.
MAX_SECONDS = 100 * 365 * 24 * 3600


@dataclass(frozen=True, slots=True, repr=False)
class Client:
    """The credentials of the app that the account is connected to."""

    client_id: str
    secret: str


class TokenEndpoint:
    """Thread-safe. ``client`` is called again after a refusal."""

    def __init__(
        self,
        url: str,
        client: Callable[[], Client],
        words: Words,
        dialect: Dialect,
        *,
        clock: Clock,
        reach: Reach,
    ) -> None:
        self._url = url
        self._words = words
        self._dialect = dialect
        self._clock = clock
        self._http = Http(words.login, lambda: basic(client().client_id, client().secret), reach)

    def renew(self, refresh_token: str) -> Tokens:
        """Exchange a refresh token.

        Raises ``GrantRefused``, ``CredentialsRefused`` or ``Unavailable``.
        """
        OWN.add_renewed(refresh_token)
        form = urlencode({"grant_type": "refresh_token", "refresh_token": refresh_token}).encode()
        try:
            answer = self._http.post(self._url, form, {**SENDING, **self._dialect.headers})
        except Uncertain as error:  # retrying is the only option
            raise Unavailable(error.reason, outage=True) from error
        tokens = self._read(answer.json()) if answer.is_success else None
        if tokens is None:
            raise self._error(answer)
        return tokens

    def _read(self, tree: Any) -> Tokens | None:
        given = tree if isinstance(tree, dict) else {}
        access = given.get("access_token")
        refresh = given.get("refresh_token")
        seconds = _seconds(given, "expires_in")
        if not access or not refresh or seconds is None:
            return None
        for token in (access, refresh):
            OWN.add_renewed(str(token))
        now = self._clock.now()
        return Tokens(
            access_token=str(access),
            refresh_token=str(refresh),
            renew_at=now + timedelta(seconds=max(seconds - EARLY_SECONDS, seconds / 2)),
            unused_ends_at=_end(now, _seconds(given, self._dialect.unused_ends_in)),
            ends_at=_end(now, _seconds(given, self._dialect.ends_in)),
        )

    def _error(self, answer: Answer) -> CallFailed | GrantRefused:
        tree = answer.json()
        code = str(tree.get("error", "")) if isinstance(tree, dict) else ""
        if code == "invalid_grant":
            return GrantRefused("invalid_grant")
        said = f"status {answer.status} {code}".rstrip()
        if (
            answer.is_success
            or answer.status in BUSY
            or answer.status >= 500
            or 300 <= answer.status < 400
        ):
            return Unavailable(
                f"{self._words.login} returned no tokens: {said}.",
                retry_after=answer.retry_after(self._clock.now()),
                outage=True,
                response=self._dialect.kept(answer),
            )
        self._http.renew_credentials()
        return CredentialsRefused(
            f"{self._words.login} refuses the app: {said}. Check {self._words.app_settings}.",
            response=self._dialect.kept(answer),
        )


def _seconds(given: dict[str, Any], name: str) -> float | None:
    """Return a duration; ``None`` if it is missing or not a sensible number of seconds."""
    text = str(given.get(name, ""))
    is_number = text.isascii() and text.isdecimal() and len(text) < 16
    return min(float(text), MAX_SECONDS) if is_number else None


def _end(now: datetime, seconds: float | None) -> datetime | None:
    return None if seconds is None else now + timedelta(seconds=seconds)
