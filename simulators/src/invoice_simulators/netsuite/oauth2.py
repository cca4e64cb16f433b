"""NetSuite's OAuth 2.0 client credentials: a signed JWT for a bearer token of an hour.

Sources: NetSuite help, sections 162755359851 and 162790605110. Refusals are as in RFC 6749, because
NetSuite's are not documented.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import jwt

from invoice_simulators.netsuite.settings import NetSuiteSettings
from invoice_simulators.wire import ApiError, Clock, Json

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
SCOPE = "rest_webservices"
# Seconds from ``iat`` to ``exp``, at most.
ASSERTION_LIFETIME = 3600


class ClientCredentials:
    """The token endpoint and its tokens."""

    def __init__(self, settings: Callable[[], NetSuiteSettings], clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._given_at: dict[str, float] = {}

    def grant(self, form: Mapping[str, str], token_url: str) -> Json:
        """Return an access token for a client assertion. Raises ``ApiError`` 400."""
        if form.get("grant_type") != "client_credentials":
            raise _refusal("unsupported_grant_type")
        if form.get("client_assertion_type") != ASSERTION_TYPE or "client_assertion" not in form:
            raise _refusal("invalid_request")
        self._verify(form["client_assertion"], token_url)
        token = f"simulated-access-{uuid4().hex}"
        self._given_at[token] = self._clock()
        return {
            "access_token": token,
            "expires_in": str(int(self._settings().access_token_seconds)),
            "token_type": "bearer",
        }

    def accepts(self, authorization: str) -> bool:
        """Whether a request has a token that has not expired."""
        scheme, _, token = authorization.partition(" ")
        given_at = self._given_at.get(token) if scheme == "Bearer" else None
        return given_at is not None and self._clock() - given_at < float(
            self._settings().access_token_seconds
        )

    def clear(self) -> None:
        """Forget every token."""
        self._given_at.clear()

    def _verify(self, assertion: str, token_url: str) -> None:
        settings = self._settings()
        if settings.public_key is None:
            raise _refusal("invalid_client")
        try:
            if jwt.get_unverified_header(assertion).get("kid") != settings.certificate_id:
                raise _refusal("invalid_client")
            claims = jwt.decode(
                assertion,
                settings.public_key,
                algorithms=list(ALGORITHMS),
                audience=token_url,
                issuer=settings.client_id,
                options={"require": ["iss", "scope", "aud", "iat", "exp"]},
            )
        except jwt.PyJWTError as error:
            raise _refusal("invalid_grant") from error
        if claims["exp"] - claims["iat"] > ASSERTION_LIFETIME or SCOPE not in _scopes(
            claims["scope"]
        ):
            raise _refusal("invalid_grant")


def _scopes(claim: Any) -> list[str]:
    return claim if isinstance(claim, list) else [scope.strip() for scope in str(claim).split(",")]


def _refusal(error: str) -> ApiError:
    return ApiError(400, {"error": error})
