"""Token-based authentication: OAuth 1.0a, HMAC-SHA256, the account as realm."""

from dataclasses import dataclass

from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256
from requests_oauthlib import OAuth1


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """Of one integration and token. ``account`` is the realm, e.g. ``1234567_SB1``."""

    account: str
    consumer_key: str
    consumer_secret: str
    token_id: str
    token_secret: str


def signature(credentials: Credentials) -> OAuth1:
    """Give what signs each request."""
    return OAuth1(
        credentials.consumer_key,
        client_secret=credentials.consumer_secret,
        resource_owner_key=credentials.token_id,
        resource_owner_secret=credentials.token_secret,
        signature_method=SIGNATURE_HMAC_SHA256,
        realm=credentials.account,
    )
