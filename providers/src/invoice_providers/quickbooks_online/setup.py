"""From the settings to a QuickBooks Online client."""

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
# Per company and app (Intuit's page on limits and throttles); several replicas share them, and a
# 429 tells.
CALLS_PER_MINUTE = 500


WORDS = Words(
    title="QuickBooks Online",
    login="Intuit's login",
    app_settings="QBO_CLIENT_ID, QBO_CLIENT_SECRET and QBO_TOKEN_URL",
    first_token=FIRST_TOKEN,
    token_store=TOKEN_STORE,
)
# The end after five years is told only if asked for (Intuit's announcement of 2025-11-12).
DIALECT = Dialect(
    headers={"x-include-refresh-token-hard-expires-in": "true"},
    unused_ends_in="x_refresh_token_expires_in",
    ends_in="x_refresh_token_hard_expires_in",
    kept=response_of,
)


def build(settings: QuickBooksSettings, clock: Clock) -> QuickBooksOnline:
    """Build the client.

    The app's secret and the first refresh token are read from their files when they are needed.
    """
    company = f"{settings.qbo_base_url.rstrip('/')}/v3/company/{quote(settings.qbo_realm_id or '', safe='')}"
    chain = build_chain(settings, clock)
    return QuickBooksOnline(company, chain, pace(), clock=clock, reach=settings.reach, login=chain)


def build_chain(settings: QuickBooksSettings, clock: Clock) -> TokenChain:
    """Build what keeps the company's tokens.

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


def pace() -> Callable[[], None]:
    """Give what holds a call back while the company's limits are used up; one for all workers of a
    process.
    """
    limiter = Limiter(
        [Rate(CALLS_PER_SECOND, Duration.SECOND), Rate(CALLS_PER_MINUTE, Duration.MINUTE)]
    )

    def wait() -> None:
        limiter.try_acquire("company")

    return wait
