"""Intuit's OAuth 2.0 tokens: rotating refresh tokens, expiring access tokens."""

import base64
import hmac
from collections.abc import Callable, Mapping
from uuid import uuid4

from invoice_simulators.quickbooks_online.errors import token_error
from invoice_simulators.quickbooks_online.settings import QuickBooksOnlineSettings
from invoice_simulators.wire import Call, Clock, Json, Reply, reply

TOKEN = "/oauth2/v1/tokens/bearer"  # noqa: S105 - an address
REFRESH_TOKEN_SECONDS = 100 * 24 * 3600
# The maximum of any chain since November 2025, only returned if the header is sent (Intuit's
# announcement of 2025-11-12).
LOGIN_SECONDS = 5 * 365 * 24 * 3600
TELL_END = "x-include-refresh-token-hard-expires-in"


class Tokens:
    """The issued chains and access tokens."""

    def __init__(self, settings: Callable[[], QuickBooksOnlineSettings], clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._access: dict[str, float] = {}
        self._refresh: set[str] = set()
        self._spent: set[str] = set()

    def clear(self) -> None:
        """Forget every token; the one of the settings starts a new chain."""
        self._access.clear()
        self._refresh.clear()
        self._spent.clear()

    def refresh(
        self, authorization: str, form: Mapping[str, str], *, tells_end: bool = False
    ) -> Json:
        """Answer the token endpoint; ``tells_end`` adds the end of the whole login.

        Raises ``ApiError``: 401 ``invalid_client``, 400 ``invalid_grant`` and others.
        """
        self._check_client(authorization)
        if form.get("grant_type") != "refresh_token":
            raise token_error(400, "unsupported_grant_type", "Only refresh_token is simulated")
        token = form.get("refresh_token", "")
        if token in self._spent or token not in {*self._refresh, self._settings().refresh_token}:
            raise token_error(400, "invalid_grant", "Incorrect or invalid refresh token")
        end = {"x_refresh_token_hard_expires_in": LOGIN_SECONDS} if tells_end else {}
        access = f"access-{uuid4().hex}"
        self._access[access] = self._clock()
        return {
            "access_token": access,
            "expires_in": int(self._settings().access_token_seconds),
            "refresh_token": self._next(token),
            "x_refresh_token_expires_in": REFRESH_TOKEN_SECONDS,
            "token_type": "bearer",
            **end,
        }

    def accepts(self, authorization: str) -> bool:
        """Whether a request has an access token that has not expired."""
        scheme, _, token = authorization.partition(" ")
        given_at = self._access.get(token)
        if scheme != "Bearer" or given_at is None:
            return False
        return self._clock() - given_at < float(self._settings().access_token_seconds)

    def _next(self, token: str) -> str:
        if not self._settings().rotate_refresh_tokens:
            return token
        self._spent.add(token)
        self._refresh.discard(token)
        following = f"refresh-{uuid4().hex}"
        self._refresh.add(following)
        return following

    def _check_client(self, authorization: str) -> None:
        settings = self._settings()
        pair = f"{settings.client_id}:{settings.client_secret}".encode()
        expected = b"Basic " + base64.b64encode(pair)
        if not hmac.compare_digest(authorization.encode(), expected):
            raise token_error(401, "invalid_client", "Client authentication failed")


def discovery(call: Call) -> Reply:
    """Answer Intuit's discovery document, which its own library reads first."""
    base = str(call.url.origin())
    paths = {
        "authorization": "/connect/oauth2",
        "token": TOKEN,
        "userinfo": "/v1/openid_connect/userinfo",
    }
    endpoints = {f"{name}_endpoint": base + path for name, path in paths.items()}
    revocation = {"revocation_endpoint": f"{base}/v2/oauth2/tokens/revoke"}
    return reply({"issuer": base, "jwks_uri": f"{base}/op/v1/jwks", **endpoints, **revocation})
