"""From the settings to a QuickBooks Online client."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from pyrate_limiter import Duration, Limiter, Rate

from invoice_providers.quickbooks_online.client import QuickBooksOnline
from invoice_providers.quickbooks_online.file_store import FileTokenStore
from invoice_providers.quickbooks_online.s3_store import BOUNDS, S3TokenStore
from invoice_providers.quickbooks_online.settings import QuickBooksSettings
from invoice_providers.quickbooks_online.token_chain import TokenChain
from invoice_providers.quickbooks_online.token_endpoint import Client, TokenEndpoint
from invoice_providers.quickbooks_online.tokens import TokenStore
from invoice_shared.clock import Clock
from invoice_shared.s3 import build_s3_client

CALLS_PER_SECOND = 10
CALLS_PER_MINUTE = 500
"""Per company and app (Intuit's page on limits and throttles); several replicas share them, and a 429 tells."""


def build(settings: QuickBooksSettings, clock: Clock) -> QuickBooksOnline:
    """Build the client. The app's secret and the first refresh token are read from their files when they are needed."""
    endpoint = TokenEndpoint(
        settings.qbo_token_url,
        lambda: Client(settings.qbo_client_id or "", settings.secret("qbo_client_secret") or ""),
        clock=clock,
        timeout_seconds=settings.http_timeout_seconds,
    )
    store = build_store(settings.qbo_token_store or "")
    chain = TokenChain(store, endpoint.renew, lambda: settings.secret("qbo_refresh_token"), clock)
    company = f"{settings.qbo_base_url.rstrip('/')}/v3/company/{quote(settings.qbo_realm_id or '', safe='')}"
    return QuickBooksOnline(company, chain, pace(), clock=clock, timeout_seconds=settings.http_timeout_seconds)


def build_store(place: str) -> TokenStore:
    """Give the store at a path or an ``s3://`` URL."""
    if place.startswith("s3://"):
        return S3TokenStore(build_s3_client("QBO_TOKEN_STORE", BOUNDS), place)
    return FileTokenStore(Path(place))


def pace() -> Callable[[], None]:
    """Give what holds a call back while the company's limits are used up; one for all workers of a process."""
    limiter = Limiter([Rate(CALLS_PER_SECOND, Duration.SECOND), Rate(CALLS_PER_MINUTE, Duration.MINUTE)])

    def wait() -> None:
        limiter.try_acquire("company")

    return wait
