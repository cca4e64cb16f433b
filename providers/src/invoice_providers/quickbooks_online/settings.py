"""The settings of one QuickBooks Online company."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

from invoice_shared.setting_types import Address, BaseUrl
from invoice_shared.settings import Environment, HttpSettings, absent, partly_set

TOKEN_STORE = "QBO_TOKEN_STORE"  # noqa: S105 - a name
CREDENTIALS = ("QBO_REALM_ID", "QBO_CLIENT_ID", "QBO_CLIENT_SECRET", TOKEN_STORE)
FIRST_TOKEN = "QBO_REFRESH_TOKEN"  # noqa: S105 - a name


def _with_a_key(place: str) -> str:
    parts = urlsplit(place) if place.startswith("s3://") else None
    if parts is not None and not (parts.netloc and parts.path.strip("/")):
        raise ValueError("is neither a file path nor s3://bucket/key")
    return place


class QuickBooksSettings(HttpSettings):
    """The company, our app there, and the token store."""

    qbo_base_url: BaseUrl = "https://sandbox-quickbooks.api.intuit.com"
    qbo_realm_id: str | None = None
    qbo_client_id: str | None = None
    qbo_client_secret: SecretStr | None = None
    qbo_refresh_token: SecretStr | None = None
    qbo_token_url: Address = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"  # noqa: S105 - an address
    qbo_token_store: Annotated[str, AfterValidator(_with_a_key)] | None = None

    @classmethod
    def cross_checks(cls, values: Environment) -> list[str]:
        """Check that the company is complete or absent.

        The refresh token is optional, because it only starts the chain of tokens.
        """
        first = () if absent((FIRST_TOKEN,), values) else (FIRST_TOKEN,)
        return super().cross_checks(values) + partly_set(CREDENTIALS + first, values)
