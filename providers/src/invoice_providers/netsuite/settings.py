"""The settings of one NetSuite account."""

from typing import Literal

from pydantic import Field, SecretStr

from invoice_shared.setting_types import BaseUrl, JsonObject
from invoice_shared.settings import Environment, HttpSettings, absent, partly_set

# NetSuite's algorithms: ``PS*`` for an RSA key, ``ES*`` for a key on the curve of that size.
SigningAlgorithm = Literal["PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]

ACCOUNT = "NS_ACCOUNT_ID"
TOKEN_BASED = ("NS_CONSUMER_KEY", "NS_CONSUMER_SECRET", "NS_TOKEN_ID", "NS_TOKEN_SECRET")
OAUTH = ("NS_OAUTH_CLIENT_ID", "NS_OAUTH_CERTIFICATE_ID", "NS_OAUTH_PRIVATE_KEY")


class NetSuiteSettings(HttpSettings):
    """Token-based authentication or OAuth 2.0, currencies, form."""

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

    @classmethod
    def cross_checks(cls, values: Environment) -> list[str]:
        """Check that exactly one way to log in to NetSuite is complete, or none is set."""
        return super().cross_checks(values) + _login_problems(values)


def _login_problems(values: Environment) -> list[str]:
    given = [name for name in TOKEN_BASED if name not in absent(TOKEN_BASED, values)]
    with_oauth = len(absent(OAUTH, values)) < len(OAUTH)
    if given and with_oauth:
        return [
            f"{name}: is set besides NS_OAUTH_*; keep one way to log in to NetSuite"
            for name in given
        ]
    return partly_set((ACCOUNT, *(OAUTH if with_oauth else TOKEN_BASED)), values)
