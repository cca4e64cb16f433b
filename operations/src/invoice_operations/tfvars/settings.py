"""Map the Lambda sample's Terraform variables to our settings, per file or Secret.

Pure.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic.fields import FieldInfo

from invoice_creator.settings import CreatorSettings
from invoice_error_sink.settings import ErrorSinkSettings
from invoice_formatter.settings import FormatterSettings
from invoice_operations.errors import InvalidRequest
from invoice_providers.registry import account_settings, providers
from invoice_shared.serde import dumps
from invoice_shared.settings import HttpSettings, Settings, secret_fields
from invoice_shared.text import is_utf8
from invoice_shared.types import MAX_DIGITS, decimal_text
from invoice_webhook.settings import WebhookSettings

# The Secret of a setting (with ``invoice-`` before it) by prefix. Providers have their own.
GROUPS = {
    "KAFKA_": "kafka",
    "METRONOME_WEBHOOK_": "metronome-webhook",
    "METRONOME_": "metronome-api",
}
BOTO3 = ("AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL_S3")
# The region of the sample's bucket, as boto3 names it.
RENAMED = {"REGION": "AWS_DEFAULT_REGION"}
# The ends of the sample's addresses that the creator adds itself.
NOT_OURS = {"QBO_BASE_URL": "/v3"}
# The defaults in ``variables.tf`` of ``evregille/metronome-invoices`` that differ from ours. Two
# are omitted: ``qbo_realm_id``, the author's own company, and the bucket, whose name is globally
# unique.
SAMPLES_DEFAULTS = {
    "AWS_DEFAULT_REGION": "us-west-2",
    "METRONOME_BILLING_PROVIDER_CUSTOMER_ID": "billing_provider_customer_id",
    "METRONOME_BILLING_PROVIDER_DESTINATION": "billing_provider_destination",
    "METRONOME_BILLING_PROVIDER_ITEM_ID": "billing_provider_item_id",
    "NS_INVOICE_CUSTOM_FORM_ID": "178",
    "NS_INVOICE_CUSTOM_FORM_REF_NAME": "Z -HM Invoice Form",
    "QBO_BASE_URL": "https://sandbox-quickbooks.api.intuit.com",
}
# Their defaults only suit a single machine, so they must be set.
NO_DEFAULT_FITS = (
    "KAFKA_BOOTSTRAP_SERVERS",
    "KAFKA_SECURITY_PROTOCOL",
    "LOG_ERRORS_BUCKET_NAME_S3",
)
SERVICES: tuple[type[Settings], ...] = (
    WebhookSettings,
    FormatterSettings,
    CreatorSettings,
    ErrorSinkSettings,
)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
SASL = ("KAFKA_SASL_MECHANISM", "KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD")


@dataclass(frozen=True, slots=True)
class Imported:
    """The imported variables; ``config`` and ``secrets`` are by group and name."""

    config: dict[str, dict[str, str]]
    secrets: dict[str, dict[str, str]]
    # The part of ``config`` that comes from the sample's ``variables.tf``.
    defaults: dict[str, str]
    # Variables that are not settings of ours.
    unknown: list[str]
    # Settings that must be set and are not.
    missing: list[str]
    # Components of the production overlay to remove, and why.
    unused: dict[str, str]


def import_variables(variables: Mapping[str, Any]) -> Imported:
    """Group variables into ConfigMaps and Secrets. Null and empty ones count as unset.

    Raises ``InvalidRequest`` for a value that a setting cannot have.
    """
    named = {RENAMED.get(name.upper(), name.upper()): value for name, value in variables.items()}
    given = {name: value for name, value in named.items() if value not in (None, "")}
    credentials = _credentials(given)
    defaults = {
        name: value
        for name, value in SAMPLES_DEFAULTS.items()
        if name not in named
        and (_group(name) not in _provider_groups() or _group(name) in credentials)
    }
    values = given | defaults
    return Imported(
        config=_config(values),
        secrets=_secrets(values),
        defaults=defaults,
        unknown=[name.lower() for name in given if not _is_known(name)],
        missing=sorted(name for name in _needed(values, credentials) if name not in values),
        unused=dict(_unused(values, credentials)),
    )


def secret_of(name: str) -> str | None:
    """Return the Secret that contains a setting; ``None`` if it is in a ConfigMap."""
    secrets = {secret.upper() for each in _classes() for secret in secret_fields(each)}
    return f"invoice-{_group(name)}" if name in secrets else None


def _classes() -> tuple[type[Settings], ...]:
    return (*SERVICES, *account_settings().values())


def _fields() -> dict[str, FieldInfo]:
    """Return every setting of the four services by its variable."""
    return {name.upper(): info for each in _classes() for name, info in each.model_fields.items()}


def _is_known(name: str) -> bool:
    return name in BOTO3 or name in _fields()


def _group(name: str) -> str:
    for destination, settings in account_settings().items():
        if name.lower() in settings.model_fields.keys() - HttpSettings.model_fields.keys():
            return _group_of(destination)
    return next((group for prefix, group in GROUPS.items() if name.startswith(prefix)), "settings")


def _group_of(destination: str) -> str:
    return destination.replace("_", "-")


def _provider_groups() -> list[str]:
    return [_group_of(provider.name) for provider in providers()]


def _credentials(given: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the needed credentials of each provider of which at least one is set."""
    needed = {
        _group_of(provider.name): provider.needed_at_first(given.keys()) for provider in providers()
    }
    return {group: names for group, names in needed.items() if not given.keys().isdisjoint(names)}


def _config(values: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    config: dict[str, dict[str, str]] = {name: {} for name in ("settings", *_provider_groups())}
    for name, value in values.items():
        if _is_known(name) and not secret_of(name):
            group = _group(name) if _group(name) in config else "settings"
            config[group][name] = _line(name, value).removesuffix(NOT_OURS.get(name, ""))
    return config


def _secrets(values: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    secrets: dict[str, dict[str, str]] = {}
    for name, value in values.items():
        if secret := secret_of(name):
            secrets.setdefault(secret, {})[name] = _secret_text(name, value)
    _fill_previous(secrets.get("invoice-metronome-webhook", {}))
    return secrets


def _needed(values: Mapping[str, Any], credentials: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    yield from (name for name, info in _fields().items() if info.is_required())
    yield from NO_DEFAULT_FITS
    yield from SASL if _has_sasl(values) else ()
    for names in credentials.values():
        yield from names


def _unused(
    values: Mapping[str, Any], credentials: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, str]]:
    yield "external-secrets", "secrets.json replaces it"
    if not _has_sasl(values):
        yield "kafka-sasl", "KAFKA_SECURITY_PROTOCOL is without SASL"
    without = [group for group in _provider_groups() if group not in credentials]
    yield from ((group, "the file contains none of its credentials") for group in without)


def _has_sasl(values: Mapping[str, Any]) -> bool:
    return str(values.get("KAFKA_SECURITY_PROTOCOL", "SASL_SSL")).startswith("SASL")


def _line(name: str, value: Any) -> str:
    """Return a value for a line of an .env file.

    Raises ``InvalidRequest`` if it does not fit on one line.
    """
    text = _text(name, value)
    if CONTROL.search(text):
        raise InvalidRequest(
            f"{name.lower()} contains a line break or another control character: write it on one"
            " line."
        )
    return text


def _secret_text(name: str, value: Any) -> str:
    if isinstance(value, list | dict | bool):
        raise InvalidRequest(f"{name.lower()} is a secret: write it as a quoted text.")
    return _text(name, value)


def _text(name: str, value: Any) -> str:
    if isinstance(value, Decimal):
        return _number(name, value)
    if isinstance(value, list) and all(":" in str(item) for item in value):  # host:port
        return ",".join(map(str, value))
    text = dumps(value).decode() if isinstance(value, list | dict | bool) else str(value)
    if not is_utf8(text):
        raise InvalidRequest(
            f"{name.lower()} contains half a character, which UTF-8 cannot encode."
        )
    return text


def _number(name: str, value: Decimal) -> str:
    if abs(value.adjusted()) >= MAX_DIGITS:  # written out, it may be a gigabyte
        raise InvalidRequest(f"{name.lower()} is a number of more than {MAX_DIGITS} digits.")
    return decimal_text(value)


def _fill_previous(secrets: dict[str, str]) -> None:
    """Set the previous secret to the current one, because the mounted file must exist."""
    if "METRONOME_WEBHOOK_SECRET" in secrets:
        secrets.setdefault("METRONOME_WEBHOOK_SECRET_PREVIOUS", secrets["METRONOME_WEBHOOK_SECRET"])
