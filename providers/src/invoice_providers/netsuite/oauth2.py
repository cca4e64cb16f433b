"""OAuth 2.0 client credentials: exchange a JWT, signed with a key, for an hour's token.

For new integrations: from release 2027.1 on, none can be created with token-based authentication.
Sources: NetSuite help, sections 162755359851 and 162790605110.
"""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import jwt

from invoice_providers.http import Anonymous, Http
from invoice_shared.answer import Answer
from invoice_shared.clock import Clock
from invoice_shared.errors import CallFailed, CredentialsRefused, Unavailable, Uncertain
from invoice_shared.outgoing.outgoing import Reach

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 - an address
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SENDING = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
# NetSuite allows up to an hour, but the assertion is used at once.
ASSERTION_SECONDS = 300
# A token is replaced this long before its end, for slow calls.
EARLY_SECONDS = 120.0
PEM = re.compile(
    r"-----BEGIN (?P<kind>[A-Z ]*PRIVATE KEY)-----(?P<body>[A-Za-z0-9+/=\s]+)-----END"
    r" (?P=kind)-----"
)
PEM_COLUMNS = 64
BUSY = (408, 425, 429)


@dataclass(frozen=True, slots=True, repr=False)
class ClientCredentials:
    """The credentials of one integration.

    ``private_key`` is PEM; ``certificate_id`` names its certificate at NetSuite.
    """

    client_id: str
    certificate_id: str
    private_key: str
    algorithm: str


class AccessTokens:
    """See ``TokenSource``.

    The credentials are read at each exchange, so a rotated key needs no restart.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Callable[[], ClientCredentials],
        *,
        clock: Clock,
        reach: Reach,
    ) -> None:
        self._url = base_url.rstrip("/") + TOKEN_PATH
        self._credentials = credentials
        self._clock = clock
        self._http = Http("NetSuite's login", Anonymous, reach)
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = 0.0

    def current(self) -> str:
        """See ``TokenSource``."""
        with self._lock:
            if not self._token or self._clock.monotonic() >= self._renew_at:
                self._exchange()
            return self._token

    def refused(self, token: str) -> None:
        """See ``TokenSource``."""
        with self._lock:
            if token == self._token:
                self._token = ""

    def _exchange(self) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": signed_assertion(self._credentials(), self._url, self._clock.now()),
        }
        try:
            answer = self._http.post(self._url, urlencode(form).encode(), SENDING)
        except Uncertain as error:  # an extra token is harmless
            raise Unavailable(error.reason, outage=True) from error
        token, seconds = _read(answer.json()) if answer.is_success else ("", 0.0)
        if not token:
            raise token_error(answer, self._clock.now())
        self._token = token
        self._renew_at = self._clock.monotonic() + max(seconds - EARLY_SECONDS, seconds / 2)


def signed_assertion(credentials: ClientCredentials, token_url: str, now: datetime) -> str:
    """Return a signed assertion of our identity.

    Raises ``CredentialsRefused`` for an invalid key, or one that does not fit the algorithm.
    """
    claims = {
        "iss": credentials.client_id,
        "scope": "rest_webservices",
        "aud": token_url,
        "iat": now,
        "exp": now + timedelta(seconds=ASSERTION_SECONDS),
    }
    try:
        return jwt.encode(
            claims,
            pem(credentials.private_key),
            algorithm=credentials.algorithm,
            headers={"kid": credentials.certificate_id},
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise CredentialsRefused(
            f"NS_OAUTH_PRIVATE_KEY is not a PEM private key for {credentials.algorithm}: PS* needs"
            " an RSA key, ES* a key on the curve of that size."
        ) from error


def pem(text: str) -> str:
    """Return a key with valid PEM lines, even if a variable mangled them.

    Line ends turn into backslash-n, blanks or CRLF, and quotes are kept.
    """
    found = PEM.search(text.replace("\\r", "").replace("\\n", "\n"))
    if found is None:
        return text
    body = "".join(found["body"].split())
    lines = [body[start : start + PEM_COLUMNS] for start in range(0, len(body), PEM_COLUMNS)]
    return "\n".join(
        (f"-----BEGIN {found['kind']}-----", *lines, f"-----END {found['kind']}-----", "")
    )


def token_error(answer: Answer, now: datetime) -> CallFailed:
    """Return the error for an answer of the token endpoint without a token."""
    response = answer.for_the_record()
    if (
        answer.is_success
        or answer.status in BUSY
        or answer.status >= 500
        or 300 <= answer.status < 400
    ):
        return Unavailable(
            f"NetSuite's login gave no token: status {answer.status}.",
            retry_after=answer.retry_after(now),
            outage=True,
            response=response,
        )
    tree = answer.json()
    code = tree.get("error") if isinstance(tree, dict) else None
    clock = answer.clock_advice(now) or "This machine's clock seems right."
    return CredentialsRefused(
        f"NetSuite's login refuses us: {code or 'no reason given'} ({answer.status}). {clock} Check"
        " NS_ACCOUNT_ID and the NS_OAUTH_* settings, and that the certificate is active.",
        response=response,
    )


def _read(tree: Any) -> tuple[str, float]:
    given = tree if isinstance(tree, dict) else {}
    token, seconds = given.get("access_token"), str(given.get("expires_in", ""))
    return (token, float(seconds)) if isinstance(token, str) and seconds.isdecimal() else ("", 0.0)
