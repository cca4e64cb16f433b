""".env.example has every setting, with its default or with the value for compose, and all services
start with it.
"""

import pytest
import yaml

from invoice_shared.settings import Settings, read
from tests.manifests.rendering import ROOT
from tests.manifests.settings_of import BOTO3S_OWN, OTELS_OWN, SERVICES, names

# The differences from the defaults, beside the providers (NS_, QBO_, RAZORPAY_).
COMPOSED = {
    "ERROR_SINK_MAX_SECONDS",  # a demo need not wait
    "CONSOLE_PASSWORD",
    "CONSOLE_INSECURE_COOKIES",  # on loopback
    "INVOICES_STATE_DIR",  # the only folder that a container may write to
    "KAFKA_BOOTSTRAP_SERVERS",
    "METRONOME_BASE_URL",
    "METRONOME_API_KEY",
    "METRONOME_WEBHOOK_SECRET",
    "SHUTDOWN_DELAY_SECONDS",  # compose has no preStop hook
    "METRONOME_BILLING_PROVIDER_CUSTOMER_ID",
    "METRONOME_BILLING_PROVIDER_DESTINATION",
    "METRONOME_BILLING_PROVIDER_ITEM_ID",
}


def example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_it_lists_all_settings_and_no_others() -> None:
    assert example().keys() - set(BOTO3S_OWN) == names()


@pytest.mark.parametrize("classes", SERVICES.values(), ids=SERVICES)
def test_a_service_starts_with_it_and_only_values_for_compose_differ_from_the_defaults(
    classes: tuple[type[Settings], ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in names():
        monkeypatch.delenv(name, raising=False)
    for name, value in example().items():
        monkeypatch.setenv(name, value)

    differing = {name for settings in classes for name in changed(settings)}
    assert {
        name for name in differing if not name.startswith(("NS_", "QBO_", "RAZORPAY_"))
    } <= COMPOSED


def changed(settings: type[Settings]) -> set[str]:
    values = read(settings)
    defaults = {
        name: field.get_default(call_default_factory=True)
        for name, field in settings.model_fields.items()
    }
    return {name.upper() for name, default in defaults.items() if getattr(values, name) != default}


def test_its_addresses_are_those_of_compose() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    hosts = {
        value.split("//")[-1].split(":")[0]
        for name, value in example().items()
        if is_place(name, value)
    }

    assert hosts == {"kafka", "simulators", "s3"}
    assert hosts <= services.keys()


def is_place(name: str, value: str) -> bool:
    return name == "KAFKA_BOOTSTRAP_SERVERS" or (
        value.startswith("http") and not name.startswith(OTELS_OWN)
    )
