"""Which settings classes read the environment of which console script."""

from pathlib import Path

import pytest

from invoice_creator.settings import CreatorSettings
from invoice_error_sink.settings import ErrorSinkSettings
from invoice_formatter.settings import FormatterSettings
from invoice_operations.digest.settings import DigestSettings
from invoice_providers.registry import account_settings
from invoice_shared.settings import Settings, read, secret_fields
from invoice_web.settings import WebSettings
from invoice_webhook.settings import WebhookSettings

SERVICES: dict[str, tuple[type[Settings], ...]] = {
    "invoice-webhook": (WebhookSettings,),
    "invoice-formatter": (FormatterSettings,),
    "invoice-creator": (CreatorSettings, *account_settings().values()),
    "invoice-error-sink": (ErrorSinkSettings,),
    "invoice-web": (WebSettings,),
}
# The prefix of what OpenTelemetry reads itself.
OTELS_OWN = "OTEL_"
# The variables that we set of those that boto3 reads itself.
#
# Each is listed by name, since boto3 says nothing about one that it does not know.
BOTO3S_OWN = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL_S3",
    "AWS_EC2_METADATA_DISABLED",
)


def names() -> set[str]:
    """Return the variables of all services, including the page."""
    return {
        field.upper()
        for classes in SERVICES.values()
        for settings in classes
        for field in settings.model_fields
    }


def secrets() -> set[str]:
    """Return those that hold a secret, which may come as a file."""
    return {
        name.upper()
        for classes in SERVICES.values()
        for settings in classes
        for name in secret_fields(settings)
    }


def is_known(name: str) -> bool:
    """Whether a process reads a variable."""
    operators = {field.upper() for field in DigestSettings.model_fields}
    others = (
        name in BOTO3S_OWN or name.startswith(OTELS_OWN) or name.removesuffix("_FILE") in operators
    )
    return others or name in names() or name.removesuffix("_FILE") in secrets()


def runs(where: str, script: str) -> bool:
    """Whether a Deployment, by ``Kind/name``, runs a script: its own, or one for a part of its
    work.
    """
    return f"{where}-".startswith(f"Deployment/{script}-")


def start(script: str) -> None:
    """Read what a service reads at its start. Raises ``InvalidSettings``."""
    for settings in SERVICES[script]:
        read(settings)


def provide(values: dict[str, str], monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Set the variables; each secret's file exists, as with a mounted Secret."""
    for name in names() | {f"{name}_FILE" for name in secrets()}:
        monkeypatch.delenv(name, raising=False)
    for name, value in values.items():
        given = value
        if name.endswith("_FILE"):
            given = str(folder / name)
            Path(given).write_text("a secret of some length")
        monkeypatch.setenv(name, given)
