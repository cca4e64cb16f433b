"""Where the digest is sent. If nothing is set, only the terminal shows it."""

from email.utils import getaddresses
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr, ValidationInfo, field_validator

from invoice_shared.setting_types import checked_address, crosses_the_open
from invoice_shared.settings import OPEN_PROBLEM, Environment, HttpSettings, partly_set

MAIL = ("DIGEST_SMTP_URL", "DIGEST_FROM", "DIGEST_TO")


def _mail_addresses(text: str) -> str:
    found = [address for _name, address in getaddresses([text])]
    if (
        not found
        or not text.isprintable()
        or not all("@" in address and " " not in address for address in found)
    ):
        raise ValueError("is not a mail address, or several separated by commas")
    return text


def _mail_server(url: SecretStr) -> SecretStr:
    try:
        parts = urlsplit(url.get_secret_value())
        is_server = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # from ``port``, or for unclosed brackets
        is_server = False
    if not is_server:
        raise ValueError("is not an address such as smtps://USER:PASSWORD@HOST or smtp://HOST:587")
    return url


def _webhook(url: SecretStr) -> SecretStr:
    checked_address(url.get_secret_value())
    return url


MailAddresses = Annotated[str, AfterValidator(_mail_addresses)]


class DigestSettings(HttpSettings):
    """A Slack-compatible webhook, a mail server, or both. Their addresses contain secrets."""

    digest_webhook_url: Annotated[SecretStr, AfterValidator(_webhook)] | None = None
    digest_smtp_url: Annotated[SecretStr, AfterValidator(_mail_server)] | None = None
    digest_from: MailAddresses | None = None
    digest_to: MailAddresses | None = None

    @field_validator("digest_webhook_url")
    @classmethod
    def _keeps_the_way_closed(
        cls, url: SecretStr | None, others: ValidationInfo
    ) -> SecretStr | None:
        if (
            url
            and crosses_the_open(url.get_secret_value())
            and not others.data.get("allow_plain_http")
        ):
            raise ValueError(OPEN_PROBLEM)
        return url

    @classmethod
    def cross_checks(cls, values: Environment) -> list[str]:
        """Return what is missing for mail, besides the other problems."""
        return [*super().cross_checks(values), *partly_set(MAIL, values)]
