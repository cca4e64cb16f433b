"""The settings of one Razorpay account."""

from typing import Literal

from pydantic import SecretStr

from invoice_shared.setting_types import BaseUrl
from invoice_shared.settings import Environment, HttpSettings, partly_set

CREDENTIALS = ("RAZORPAY_APIKEY_ID", "RAZORPAY_APIKEY_SECRET")


class RazorpaySettings(HttpSettings):
    """The key, the address of the API, and the order of calls."""

    razorpay_apikey_id: SecretStr | None = None  # not secret, but rotated together with a secret
    razorpay_apikey_secret: SecretStr | None = None
    razorpay_base_url: BaseUrl = "https://api.razorpay.com"
    # How an invoice is created: from a draft, which excludes duplicates, or issued by its first
    # call.
    razorpay_create: Literal["draft", "direct"] = "draft"

    @classmethod
    def cross_checks(cls, values: Environment) -> list[str]:
        """Check that the key is complete or absent."""
        return super().cross_checks(values) + partly_set(CREDENTIALS, values)
