"""Token-based authentication: OAuth 1.0a with HMAC-SHA256 and the account as realm."""

import base64
import hmac
import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from oauthlib.common import generate_timestamp
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, Client
from oauthlib.oauth1.rfc5849.signature import base_string_uri
from oauthlib.oauth1.rfc5849.utils import escape
from requests_oauthlib import OAuth1

# A nonce must be new, not secret. Reading the system's random numbers lets other threads in.
_random = random.Random()  # noqa: S311
BEHIND_THE_PATH = frozenset("?;#")


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """One integration's credentials. ``account`` is the realm, e.g. ``1234567_SB1``."""

    account: str
    consumer_key: str
    consumer_secret: str
    token_id: str
    token_secret: str


class Signer(Client):
    """oauthlib's client for JSON bodies, fast for URLs without a query.

    It escapes once what is the same for each request. oauthlib's own escapes all of it twice per
    request, and parses it from the header that it has just written.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        key, token = escape(self.client_key), escape(self.resource_owner_key)
        secrets = "&".join(map(escape, (self.client_secret, self.resource_owner_secret)))
        self._keyed = hmac.new(secrets.encode(), digestmod="sha256")
        self._signed = "%26".join(
            (
                f"oauth_consumer_key%3D{escape(key)}",
                "oauth_nonce%3D{}",
                "oauth_signature_method%3DHMAC-SHA256",
                "oauth_timestamp%3D{}",
                f"oauth_token%3D{escape(token)}",
                "oauth_version%3D1.0",
            )
        ).format
        self._shown = (
            f'OAuth realm="{self.realm}", oauth_nonce="{{}}", oauth_timestamp="{{}}",'
            ' oauth_version="1.0", oauth_signature_method="HMAC-SHA256",'
            f' oauth_consumer_key="{key}", oauth_token="{token}", oauth_signature="{{}}"'
        ).format

    def sign(
        self,
        uri: str,
        http_method: Any = "GET",
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        realm: str | None = None,
    ) -> Any:
        """Return the URL, the signed headers and the body, the same as oauthlib's own."""
        if not BEHIND_THE_PATH.isdisjoint(uri):
            return super().sign(uri, http_method, body, headers, realm)
        time = self.timestamp or generate_timestamp()
        nonce = self.nonce or f"{_random.getrandbits(64)}{time}"
        path = "/" + uri.split("/", 3)[3]
        address = _escaped_base(uri[: -len(path)]) + escape(path)
        mac = self._keyed.copy()
        mac.update(f"{http_method}&{address}&{self._signed(nonce, time)}".encode())
        digest = base64.b64encode(mac.digest()).decode()
        escaped = digest.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
        shown = self._shown(nonce, time, escaped)
        return uri, {**(headers or {}), "Authorization": shown}, body


@lru_cache(maxsize=16)
def _escaped_base(start: str) -> str:
    """Return scheme and host as in a signature."""
    return str(escape(base_string_uri(f"{start}/").removesuffix("/")))


def signature(credentials: Credentials) -> OAuth1:
    """Return the signer of requests."""
    return OAuth1(
        credentials.consumer_key,
        client_secret=credentials.consumer_secret,
        resource_owner_key=credentials.token_id,
        resource_owner_secret=credentials.token_secret,
        signature_method=SIGNATURE_HMAC_SHA256,
        realm=credentials.account,
        decoding=None,  # texts, not bytes
        client_class=Signer,
    )
