"""NetSuite's token-based authentication (OAuth 1.0a), checked with oauthlib."""

import re
from collections import defaultdict
from collections.abc import Callable

from oauthlib.common import Request
from oauthlib.oauth1 import RequestValidator, ResourceEndpoint

from invoice_simulators.netsuite.settings import NetSuiteSettings

NONCE = re.compile(r"[A-Za-z0-9]{6,64}")
# How many seconds a timestamp may be off, in either direction.
TIMESTAMP_LIFETIME = 300


class TokenValidator(RequestValidator):
    """One integration with one token: HMAC-SHA256 only, the account as realm, no nonce twice."""

    allowed_signature_methods = ("HMAC-SHA256",)
    timestamp_lifetime = TIMESTAMP_LIFETIME
    enforce_ssl = False
    dummy_client = "no-such-consumer"
    dummy_access_token = "no-such-token"  # noqa: S105 - a placeholder for an unknown one

    def __init__(self, settings: Callable[[], NetSuiteSettings]) -> None:
        super().__init__()
        self._settings = settings
        self._nonces: dict[int, set[str]] = defaultdict(set)

    def check_client_key(self, client_key: str) -> bool:
        """Accept any form of key; equality decides."""
        return bool(client_key)

    def check_access_token(self, request_token: str) -> bool:
        """Accept any form of token; equality decides."""
        return bool(request_token)

    def check_nonce(self, nonce: str) -> bool:
        """Require 6 to 64 letters and digits."""
        return NONCE.fullmatch(nonce) is not None

    def validate_client_key(self, client_key: str, request: Request) -> bool:  # noqa: ARG002 - oauthlib's signature
        """Whether it is the known consumer."""
        return client_key == self._settings().consumer_key

    def validate_access_token(self, client_key: str, token: str, request: Request) -> bool:  # noqa: ARG002 - oauthlib's
        """Whether it is the known token."""
        return token == self._settings().token_id

    def validate_realms(
        self,
        client_key: str,  # noqa: ARG002 - oauthlib's signature
        token: str,  # noqa: ARG002 - oauthlib's signature
        request: Request,
        uri: str | None = None,  # noqa: ARG002 - oauthlib's signature
        realms: list[str] | None = None,  # noqa: ARG002 - oauthlib's signature
    ) -> bool:
        """Require the account, in upper case with an underscore."""
        return bool(request.realm == self._settings().account)

    def validate_timestamp_and_nonce(
        self,
        client_key: str,  # noqa: ARG002 - oauthlib's signature
        timestamp: str,
        nonce: str,
        request: Request,  # noqa: ARG002 - oauthlib's signature
        request_token: str | None = None,  # noqa: ARG002 - oauthlib's signature
        access_token: str | None = None,  # noqa: ARG002 - oauthlib's signature
    ) -> bool:
        """Refuse a repeated nonce of the same second; forget seconds outside the lifetime."""
        second = int(timestamp)
        for old in [each for each in self._nonces if each < second - 2 * TIMESTAMP_LIFETIME]:
            del self._nonces[old]
        if nonce in self._nonces[second]:
            return False
        self._nonces[second].add(nonce)
        return True

    def get_client_secret(self, client_key: str, request: Request) -> str:  # noqa: ARG002 - oauthlib's signature
        """Return the consumer's secret."""
        return self._settings().consumer_secret

    def get_access_token_secret(self, client_key: str, token: str, request: Request) -> str:  # noqa: ARG002 - oauthlib's
        """Return the token's secret."""
        return self._settings().token_secret


class TokenBasedAuthentication:
    """Decides whether a request's signature is valid."""

    def __init__(self, settings: Callable[[], NetSuiteSettings]) -> None:
        self._endpoint = ResourceEndpoint(TokenValidator(settings))

    def accepts(self, method: str, url: str, authorization: str) -> bool:
        """Check one request; a JSON body is not part of the signature."""
        headers = {"Authorization": authorization}
        try:
            valid, _ = self._endpoint.validate_protected_resource_request(
                url, method, "", headers, realms=[]
            )
        except ValueError:  # no OAuth header at all
            return False
        return bool(valid)
