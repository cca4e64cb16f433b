"""Intuit's token endpoint: a refresh token in, new tokens out. A call may end the refresh token that it was given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from invoice_providers.http import Http, basic
from invoice_providers.quickbooks_online.faults import response_of
from invoice_providers.quickbooks_online.tokens import GrantRefused, Tokens
from invoice_shared.answer import Answer
from invoice_shared.clock import Clock
from invoice_shared.errors import CallFailed, CredentialsRefused, Unavailable, Uncertain

SENDING = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
EARLY_SECONDS = 120.0
"""Renewed so long before the end, for clocks that disagree and calls that take their time."""


@dataclass(frozen=True, slots=True, repr=False)
class Client:
    """The app that the company is connected to."""

    client_id: str
    secret: str


class TokenEndpoint:
    """Thread-safe. ``client`` is asked again after a refusal."""

    def __init__(self, url: str, client: Callable[[], Client], *, clock: Clock, timeout_seconds: float) -> None:
        self._url = url
        self._clock = clock
        self._http = Http("Intuit's login", lambda: basic(client().client_id, client().secret), timeout_seconds)

    def renew(self, refresh_token: str) -> Tokens:
        """Exchange a refresh token. Raises ``GrantRefused``, ``CredentialsRefused`` or ``Unavailable``."""
        form = urlencode({"grant_type": "refresh_token", "refresh_token": refresh_token}).encode()
        try:
            answer = self._http.post(self._url, form, SENDING)
        except Uncertain as error:  # asking again is all that can be done
            raise Unavailable(error.reason, outage=True) from error
        tokens = self._read(answer.json()) if answer.is_success else None
        if tokens is None:
            raise self._error(answer)
        return tokens

    def _read(self, tree: Any) -> Tokens | None:
        given = tree if isinstance(tree, dict) else {}
        access, refresh, seconds = (given.get(name) for name in ("access_token", "refresh_token", "expires_in"))
        if not access or not refresh or not str(seconds).isdecimal():
            return None
        lifetime = float(str(seconds))
        renew_at = self._clock.now() + timedelta(seconds=max(lifetime - EARLY_SECONDS, lifetime / 2))
        return Tokens(access_token=str(access), refresh_token=str(refresh), renew_at=renew_at)

    def _error(self, answer: Answer) -> CallFailed | GrantRefused:
        tree = answer.json()
        code = str(tree.get("error", "")) if isinstance(tree, dict) else ""
        if code == "invalid_grant":
            return GrantRefused("invalid_grant")
        if answer.is_success or answer.status in (408, 425, 429) or answer.status >= 500 or 300 <= answer.status < 400:
            return Unavailable(
                f"Intuit's login gave no tokens: status {answer.status} {code}".rstrip() + ".",
                retry_after=answer.retry_after(self._clock.now()),
                outage=True,
                response=response_of(answer),
            )
        self._http.renew_credentials()
        return CredentialsRefused(
            f"Intuit's login refuses the app: status {answer.status} {code}".rstrip()
            + ". Check QBO_CLIENT_ID, QBO_CLIENT_SECRET and QBO_TOKEN_URL.",
            response=response_of(answer),
        )
