"""The Terraform variables of the Lambda sample as our settings: which file or Secret each belongs
to.

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
from invoice_shared.serde import dumps, is_utf8
from invoice_shared.settings import HttpSettings, Settings, secret_fields
from invoice_shared.types import MAX_DIGITS, decimal_text
from invoice_webhook.settings import WebhookSettings

# By the beginning of its name, the Secret of a secret (``invoice-`` before it), but for those of
# the providers.
GROUPS = {
    "KAFKA_": "kafka",
    "METRONOME_WEBHOOK_": "metronome-webhook",
    "METRONOME_": "metronome-api",
}
BOTO3 = ("AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL_S3")
# Where the sample's bucket is, in boto3's words.
RENAMED = {"REGION": "AWS_DEFAULT_REGION"}
# With what the sample's addresses end; the creator appends it itself.
NOT_OURS = {"QBO_BASE_URL": "/v3"}
# Those of ``variables.tf`` in ``evregille/metronome-invoices`` that are not ours as well. Two are
# left out: ``qbo_realm_id``, the author's own company, and the bucket, whose name only one account
# in the world can have.
SAMPLES_DEFAULTS = {
    "AWS_DEFAULT_REGION": "us-west-2",
    "METRONOME_BILLING_PROVIDER_CUSTOMER_ID": "billing_provider_customer_id",
    "METRONOME_BILLING_PROVIDER_DESTINATION": "billing_provider_destination",
    "METRONOME_BILLING_PROVIDER_ITEM_ID": "billing_provider_item_id",
    "NS_INVOICE_CUSTOM_FORM_ID": "178",
    "NS_INVOICE_CUSTOM_FORM_REF_NAME": "Z -HM Invoice Form",
    "QBO_BASE_URL": "https://sandbox-quickbooks.api.intuit.com",
}
# Each has a default, which is right on one machine at most.
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
    """What becomes of the variables; ``config`` and ``secrets`` by group and name."""

    config: dict[str, dict[str, str]]
    secrets: dict[str, dict[str, str]]
    # The part of ``config`` that the sample's ``variables.tf`` gave.
    defaults: dict[str, str]
    # What names no setting of ours.
    unknown: list[str]
    # What must be set, and is not.
    missing: list[str]
    # Components of the production overlay that are to be dropped, and why.
    unused: dict[str, str]


def import_variables(variables: Mapping[str, Any]) -> Imported:
    """Sort variables into ConfigMaps and Secrets. Null and empty ones are left out: they are unset.

    Raises ``InvalidRequest`` for a value that no setting can be.
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
    """Give the Secret that holds a setting; ``None`` for one out of a ConfigMap."""
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
    """Return what each provider needs of which at least one is given."""
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
    yield "external-secrets", "secrets.json takes its place"
    if not _has_sasl(values):
        yield "kafka-sasl", "KAFKA_SECURITY_PROTOCOL is without SASL"
    without = [group for group in _provider_groups() if group not in credentials]
    yield from ((group, "the file holds none of its credentials") for group in without)


def _has_sasl(values: Mapping[str, Any]) -> bool:
    return str(values.get("KAFKA_SECURITY_PROTOCOL", "SASL_SSL")).startswith("SASL")


def _line(name: str, value: Any) -> str:
    """Return a value as an .env file can hold it.

    Raises ``InvalidRequest`` if it would begin a line of its own.
    """
    text = _text(name, value)
    if CONTROL.search(text):
        raise InvalidRequest(
            f"{name.lower()} holds a line break or another control character: write it on one line."
        )
    return text


def _secret_text(name: str, value: Any) -> str:
    if isinstance(value, list | dict | bool):
        raise InvalidRequest(f"{name.lower()} is a secret: give it as a text.")
    return _text(name, value)


def _text(name: str, value: Any) -> str:
    if isinstance(value, Decimal):
        return _number(name, value)
    if isinstance(value, list) and all(":" in str(item) for item in value):  # host:port
        return ",".join(map(str, value))
    text = dumps(value).decode() if isinstance(value, list | dict | bool) else str(value)
    if not is_utf8(text):
        raise InvalidRequest(f"{name.lower()} holds half a character, which UTF-8 cannot.")
    return text


def _number(name: str, value: Decimal) -> str:
    if abs(value.adjusted()) >= MAX_DIGITS:  # written out, it may be a gigabyte
        raise InvalidRequest(f"{name.lower()} is a number of more than {MAX_DIGITS} digits.")
    return decimal_text(value)


def _fill_previous(secrets: dict[str, str]) -> None:
    """Outside of a rotation both hold the same value: the mounted file must be there."""
    if "METRONOME_WEBHOOK_SECRET" in secrets:
        secrets.setdefault("METRONOME_WEBHOOK_SECRET_PREVIOUS", secrets["METRONOME_WEBHOOK_SECRET"])
