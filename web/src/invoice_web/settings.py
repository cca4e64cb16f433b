"""The page's settings from the environment."""

import re

from argon2 import extract_parameters
from argon2.exceptions import InvalidHashError
from pydantic import Field, SecretStr, ValidationInfo, field_validator

from invoice_operations.settings import StateSettings
from invoice_shared.setting_types import JsonList, JsonNetworks, Port, StrongSecret
from invoice_shared.settings import BaseServiceSettings, Environment, absent
from invoice_web.passwords import is_hash

HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
# In CONSOLE_ACT_USERS: everybody whom the proxy names.
EVERYBODY = "*"


class WebSettings(StateSettings, BaseServiceSettings):
    """Settings for who may look and who may act: passwords, a trusted proxy's header, or both."""

    console_port: Port = 8091
    console_password: SecretStr | None = None
    console_view_password: SecretStr | None = None
    console_user_header: str | None = None
    console_trusted_proxies: JsonNetworks = Field(default=(), validate_default=True)
    console_act_users: JsonList = ()
    console_secret: StrongSecret | None = None
    console_insecure_cookies: bool = False

    @classmethod
    def cross_checks(cls, values: Environment) -> list[str]:
        """Check that somebody can log in, and that somebody can act."""
        problems = super().cross_checks(values)
        if not absent(("CONSOLE_PASSWORD",), values) or "CONSOLE_USER_HEADER" in values:
            return problems
        if absent(("CONSOLE_VIEW_PASSWORD",), values):
            return [
                *problems,
                (
                    "CONSOLE_PASSWORD: is not set, and neither is CONSOLE_USER_HEADER, so nobody"
                    " can log in"
                ),
            ]
        return [
            *problems,
            "CONSOLE_PASSWORD: is not set, so nobody who logs in can change anything",
        ]

    @field_validator("console_password", "console_view_password")
    @classmethod
    def _is_readable(cls, password: SecretStr | None) -> SecretStr | None:
        text = "" if password is None else password.get_secret_value()
        if is_hash(text):
            try:
                extract_parameters(text)
            except (InvalidHashError, ValueError) as error:
                raise ValueError(
                    "begins like an argon2 hash, but is not one. Create it again"
                ) from error
        return password

    @field_validator("console_user_header")
    @classmethod
    def _is_header(cls, name: str | None) -> str | None:
        if name is not None and HEADER.fullmatch(name) is None:
            raise ValueError("is not the name of an HTTP header")
        return name

    @field_validator("console_trusted_proxies")
    @classmethod
    def _are_named(cls, networks: JsonNetworks, others: ValidationInfo) -> JsonNetworks:
        if others.data.get("console_user_header") and not networks:
            raise ValueError(
                "names no network, but CONSOLE_USER_HEADER is set, which anybody could send"
            )
        return networks
