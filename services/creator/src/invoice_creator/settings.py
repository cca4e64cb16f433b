"""What the creator reads from the environment."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from invoice_shared.invoice import DESTINATIONS, Destination
from invoice_shared.setting_types import Address, JsonObject, JsonText, Positive
from invoice_shared.settings import (
    BaseServiceSettings,
    Environment,
    MetronomeApiSettings,
    Settings,
    absent,
    partly_set,
)

SERVICE = "invoice-creator"


def _host_only(url: str) -> str:
    if urlsplit(url).path.strip("/"):
        raise ValueError("takes scheme and host only; the path is the creator's business")
    return url


def _with_a_key(place: str) -> str:
    parts = urlsplit(place) if place.startswith("s3://") else None
    if parts is not None and not (parts.netloc and parts.path.strip("/")):
        raise ValueError("takes a file path, or s3://bucket/key")
    return place


BaseUrl = Annotated[Address, AfterValidator(_host_only)]
SigningAlgorithm = Literal["PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Those that NetSuite takes: ``PS*`` for an RSA key, ``ES*`` for one on the curve of that size."""
Destinations = Annotated[tuple[Destination, ...], NoDecode, JsonText, Field(min_length=1)]

NETSUITE = "NS_ACCOUNT_ID"
NETSUITE_TBA = ("NS_CONSUMER_KEY", "NS_CONSUMER_SECRET", "NS_TOKEN_ID", "NS_TOKEN_SECRET")
NETSUITE_OAUTH = ("NS_OAUTH_CLIENT_ID", "NS_OAUTH_CERTIFICATE_ID", "NS_OAUTH_PRIVATE_KEY")
RAZORPAY = ("RAZORPAY_APIKEY_ID", "RAZORPAY_APIKEY_SECRET")
QUICKBOOKS = ("QBO_REALM_ID", "QBO_CLIENT_ID", "QBO_CLIENT_SECRET", "QBO_TOKEN_STORE")


class NetSuiteSettings(Settings):
    """One NetSuite account: token-based authentication or OAuth 2.0, currencies, form."""

    ns_account_id: str | None = Field(default=None, pattern="^[A-Za-z0-9]+([_-][A-Za-z0-9]+)?$")
    ns_consumer_key: SecretStr | None = None
    ns_consumer_secret: SecretStr | None = None
    ns_token_id: SecretStr | None = None
    ns_token_secret: SecretStr | None = None
    ns_oauth_client_id: str | None = None
    ns_oauth_certificate_id: str | None = None
    ns_oauth_private_key: SecretStr | None = None
    ns_oauth_algorithm: SigningAlgorithm = "PS256"
    ns_base_url: BaseUrl | None = None
    ns_currency_ids: JsonObject | None = None
    ns_invoice_custom_form_id: str | None = None
    ns_invoice_custom_form_ref_name: str | None = None


class RazorpaySettings(Settings):
    """One Razorpay account."""

    razorpay_apikey_id: SecretStr | None = None  # no secret, but replaced together with one
    razorpay_apikey_secret: SecretStr | None = None
    razorpay_base_url: BaseUrl = "https://api.razorpay.com"


class QuickBooksSettings(Settings):
    """One QuickBooks Online company."""

    qbo_base_url: BaseUrl = "https://sandbox-quickbooks.api.intuit.com"
    qbo_realm_id: str | None = None
    qbo_client_id: str | None = None
    qbo_client_secret: SecretStr | None = None
    qbo_refresh_token: SecretStr | None = None
    qbo_token_url: Address = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"  # noqa: S105 - an address
    qbo_token_store: Annotated[str, AfterValidator(_with_a_key)] | None = None


class CreatorSettings(
    NetSuiteSettings, RazorpaySettings, QuickBooksSettings, MetronomeApiSettings, BaseServiceSettings
):
    """Everything of one creator process."""

    creator_destinations: Destinations = DESTINATIONS
    creator_concurrency: int = Field(default=4, ge=1, le=256)
    billing_provider_retries: int = Field(default=1, ge=0)
    uncertain_settle_seconds: Positive = 5
    circuit_failures: int = Field(default=5, ge=1)
    circuit_probe_seconds: Positive = 10
    retry_patience_seconds: Positive = 900
    metronome_status_writeback: bool = True
    metronome_status_writeback_path: str = Field(default="/v1/invoices/billingProvider", pattern="^/")

    @field_validator("creator_destinations")
    @classmethod
    def _once_each(cls, destinations: tuple[Destination, ...]) -> tuple[Destination, ...]:
        return tuple(sorted(set(destinations)))

    @classmethod
    def cross_checks(cls, values: Environment) -> list[str]:
        """Check that each provider is set wholly or not at all."""
        problems = super().cross_checks(values)
        # The refresh token only starts the chain; later the token store holds it.
        first_token = ("QBO_REFRESH_TOKEN",) if absent(("QBO_REFRESH_TOKEN",), values) == [] else ()
        for group in (RAZORPAY, QUICKBOOKS + first_token):
            problems += partly_set(group, values)
        return problems + _netsuite_problems(values)

    def consumer_group(self) -> str:
        """Give the group of this creator: one that takes only some destinations has a group of its own."""
        if self.kafka_consumer_group:
            return self.kafka_consumer_group
        limited = set(self.creator_destinations) != set(DESTINATIONS)
        return "-".join((SERVICE, *self.creator_destinations)) if limited else SERVICE


def _netsuite_problems(values: Environment) -> list[str]:
    """Check that NetSuite has one way to log in, wholly set, or nothing at all."""
    with_tba, with_oauth = (len(absent(group, values)) < len(group) for group in (NETSUITE_TBA, NETSUITE_OAUTH))
    if with_tba and with_oauth:
        return [f"{name}: is set beside NS_OAUTH_*; keep one way to log in to NetSuite" for name in _given(values)]
    return partly_set((NETSUITE, *(NETSUITE_OAUTH if with_oauth else NETSUITE_TBA)), values)


def _given(values: Environment) -> list[str]:
    missing = absent(NETSUITE_TBA, values)
    return [name for name in NETSUITE_TBA if name not in missing]
