"""Build a NetSuite client from the settings."""

from invoice_providers.http import Authenticate, FreshBearer
from invoice_providers.netsuite.client import NetSuite
from invoice_providers.netsuite.oauth2 import AccessTokens, ClientCredentials
from invoice_providers.netsuite.payload import Options
from invoice_providers.netsuite.settings import NetSuiteSettings
from invoice_providers.netsuite.tba import Credentials, signature
from invoice_shared.clock import Clock


def build(settings: NetSuiteSettings, clock: Clock) -> NetSuite:
    """Build the client. Refused credentials are read again from their files."""
    base_url = settings.ns_base_url or derived_base_url(settings.ns_account_id or "")
    return NetSuite(
        base_url,
        _authenticate(settings, base_url, clock),
        options(settings),
        clock=clock,
        reach=settings.reach,
    )


def derived_base_url(account: str) -> str:
    """Return the URL of the account's host, e.g. ``1234567-sb1`` for ``1234567_SB1``."""
    return f"https://{account.lower().replace('_', '-')}.suitetalk.api.netsuite.com"


def realm(settings: NetSuiteSettings) -> str:
    """Return the account in NetSuite's form: upper case, with an underscore."""
    return (settings.ns_account_id or "").upper().replace("-", "_")


def _authenticate(settings: NetSuiteSettings, base_url: str, clock: Clock) -> Authenticate:
    if settings.ns_oauth_client_id is None:
        return lambda: signature(_credentials(settings))
    tokens = AccessTokens(
        base_url,
        lambda: _client_credentials(settings),
        clock=clock,
        reach=settings.reach,
    )
    return lambda: FreshBearer(tokens)


def _client_credentials(settings: NetSuiteSettings) -> ClientCredentials:
    return ClientCredentials(
        client_id=settings.ns_oauth_client_id or "",
        certificate_id=settings.ns_oauth_certificate_id or "",
        private_key=settings.credential("ns_oauth_private_key"),
        algorithm=settings.ns_oauth_algorithm,
    )


def _credentials(settings: NetSuiteSettings) -> Credentials:
    return Credentials(
        account=realm(settings),
        consumer_key=settings.credential("ns_consumer_key"),
        consumer_secret=settings.credential("ns_consumer_secret"),
        token_id=settings.credential("ns_token_id"),
        token_secret=settings.credential("ns_token_secret"),
    )


def options(settings: NetSuiteSettings) -> Options:
    """Return the account's options for the record."""
    form = {
        "id": settings.ns_invoice_custom_form_id,
        "refName": settings.ns_invoice_custom_form_ref_name,
    }
    return Options(settings.ns_currency_ids, {name: value for name, value in form.items() if value})
