"""The Terraform variables of the Lambda sample as our settings: which file or Secret each belongs to. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from invoice_creator.settings import CreatorSettings
from invoice_error_sink.settings import ErrorSinkSettings
from invoice_formatter.settings import FormatterSettings
from invoice_shared.serde import dumps
from invoice_webhook.settings import WebhookSettings

GROUPS = {
    "NS_": "netsuite",
    "QBO_": "quickbooks-online",
    "RAZORPAY_": "razorpay",
    "KAFKA_": "kafka",
    "METRONOME_WEBHOOK_": "metronome-webhook",
    "METRONOME_": "metronome-api",
}
"""By the beginning of its name, the Secret of a secret (``invoice-`` before it)."""
PROVIDERS = ("netsuite", "quickbooks-online", "razorpay")
"""Their other settings have a ConfigMap of their own as well."""
BOTO3 = ("AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL_S3")
NOT_OURS = {"QBO_BASE_URL": "/v3"}
"""With what the sample's addresses end; the creator appends it itself."""


@dataclass(frozen=True, slots=True)
class Imported:
    """``config`` and ``secrets`` by group and name; ``unknown`` names no setting of ours; ``missing`` is required."""

    config: dict[str, dict[str, str]] = field(default_factory=dict)
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def fields_by_variable() -> dict[str, FieldInfo]:
    """Give every setting of the four services by its variable."""
    classes = (WebhookSettings, FormatterSettings, CreatorSettings, ErrorSinkSettings)
    return {name.upper(): info for each in classes for name, info in each.model_fields.items()}


def import_variables(variables: Mapping[str, Any]) -> Imported:
    """Sort variables into ConfigMaps and Secrets. Null and empty ones are left out: they are unset."""
    known, imported = fields_by_variable(), Imported()
    given = {name.upper(): value for name, value in variables.items() if value not in (None, "")}
    for name, value in given.items():
        if name not in known and name not in BOTO3:
            imported.unknown.append(name.lower())
        elif name in known and _is_secret(known[name]):
            imported.secrets.setdefault(_group(name), {})[name] = str(value)
        else:
            group = _group(name) if _group(name) in PROVIDERS else "settings"
            imported.config.setdefault(group, {})[name] = _text(value).removesuffix(NOT_OURS.get(name, ""))
    _fill_previous(imported.secrets.get("metronome-webhook", {}))
    imported.missing.extend(sorted(name for name, info in known.items() if info.is_required() and name not in given))
    return imported


def _is_secret(info: FieldInfo) -> bool:
    return SecretStr.__name__ in str(info.annotation)


def _group(name: str) -> str:
    return next((group for prefix, group in GROUPS.items() if name.startswith(prefix)), "settings")


def _text(value: Any) -> str:
    if isinstance(value, list) and all(":" in str(item) for item in value):  # host:port
        return ",".join(map(str, value))
    if isinstance(value, list | dict | bool):
        return dumps(value).decode()
    return str(value)


def _fill_previous(secrets: dict[str, str]) -> None:
    """Outside of a rotation both hold the same value: the mounted file must be there."""
    if "METRONOME_WEBHOOK_SECRET" in secrets:
        secrets.setdefault("METRONOME_WEBHOOK_SECRET_PREVIOUS", secrets["METRONOME_WEBHOOK_SECRET"])
