"""Build a QuickBooks Online client from the settings."""

from collections.abc import Callable
from urllib.parse import quote

from pyrate_limiter import Duration, Limiter, Rate

from invoice_providers.oauth.grant import Dialect, Grant, Words
from invoice_providers.oauth.stores import build_store
from invoice_providers.oauth.token_chain import TokenChain
from invoice_providers.oauth.token_endpoint import Client, TokenEndpoint
from invoice_providers.oauth.tokens import Owner
from invoice_providers.quickbooks_online.client import QuickBooksOnline
from invoice_providers.quickbooks_online.faults import response_of
from invoice_providers.quickbooks_online.settings import (
    FIRST_TOKEN,
    TOKEN_STORE,
    QuickBooksSettings,
)
from invoice_shared.clock import Clock

CALLS_PER_SECOND = 10
# Per company and app (Intuit's page on limits and throttles). Replicas share them without
# coordination, so a 429 may still occur.
CALLS_PER_MINUTE = 500


WORDS = Words(
    title="QuickBooks Online",
    login="Intuit's login",
    app_settings="QBO_CLIENT_ID, QBO_CLIENT_SECRET and QBO_TOKEN_URL",
    first_token=FIRST_TOKEN,
    token_store=TOKEN_STORE,
)
# The end after five years is only returned on request (Intuit's announcement of 2025-11-12).
DIALECT = Dialect(
    headers={"x-include-refresh-token-hard-expires-in": "true"},
    unused_ends_in="x_refresh_token_expires_in",
    ends_in="x_refresh_token_hard_expires_in",
    kept=response_of,
)


def build(settings: QuickBooksSettings, clock: Clock) -> QuickBooksOnline:
    """Build the client.

    The app's secret and the first refresh token are read from their files per use.
    """
    realm = quote(settings.qbo_realm_id or "", safe="")
    company = f"{settings.qbo_base_url.rstrip('/')}/v3/company/{realm}"
    chain = build_chain(settings, clock)
    return QuickBooksOnline(
        company, chain, rate_limit(), clock=clock, reach=settings.reach, login=chain
    )


def build_chain(settings: QuickBooksSettings, clock: Clock) -> TokenChain:
    """Build the chain of the company's tokens.

    Raises ``StartupError`` if the store's S3 cannot be set up.
    """
    client_id = settings.qbo_client_id or ""
    endpoint = TokenEndpoint(
        settings.qbo_token_url,
        lambda: Client(client_id, settings.credential("qbo_client_secret")),
        WORDS,
        DIALECT,
        clock=clock,
        reach=settings.reach,
    )
    grant = Grant(
        owner=Owner(account=settings.qbo_realm_id or "", client_id=client_id),
        first_token=lambda: settings.secret("qbo_refresh_token"),
        renew=endpoint.renew,
        words=WORDS,
    )
    return TokenChain(
        build_store(settings.qbo_token_store or "", TOKEN_STORE, settings.outgoing), grant, clock
    )


def rate_limit() -> Callable[[], None]:
    """Return a function that waits for the company's limits, for all workers of a process."""
    limiter = Limiter(
        [Rate(CALLS_PER_SECOND, Duration.SECOND), Rate(CALLS_PER_MINUTE, Duration.MINUTE)]
    )

    def wait() -> None:
        limiter.try_acquire("company")

    return wait
