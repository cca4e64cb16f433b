"""The creator's settings from the environment, with its account at each provider."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import NoDecode

from invoice_providers.names import all_destinations, destinations
from invoice_providers.registry import Accounts, account_settings
from invoice_shared.metronome import paths
from invoice_shared.setting_types import JsonText, Positive
from invoice_shared.settings import (
    MetronomeApiSettings,
    PatientServiceSettings,
    Settings,
    read_with,
)
from invoice_shared.types import ExactDecimal

SERVICE = "invoice-creator"
CURRENCY = re.compile(r"[A-Z]{3}|\*")


def _known(names: tuple[str, ...]) -> tuple[str, ...]:
    if not set(names) <= set(destinations()):
        raise ValueError(f"names an unknown destination: use only {all_destinations()}")
    return tuple(sorted(set(names)))


Destinations = Annotated[
    tuple[str, ...], NoDecode, JsonText, Field(min_length=1), AfterValidator(_known)
]


def _bounds(given: dict[str, Decimal]) -> dict[str, Decimal]:
    if any(not CURRENCY.fullmatch(code) for code in given):
        raise ValueError(
            'takes ISO 4217 codes, or "*" for every currency, e.g. {"USD":"50000","*":"0"}'
        )
    if any(bound < 0 for bound in given.values()):
        raise ValueError("must not contain a negative amount")
    return given


HoldAbove = Annotated[dict[str, ExactDecimal], NoDecode, JsonText, AfterValidator(_bounds)]


class WritebackSettings(Settings):
    """Settings of the reports to Metronome."""

    metronome_status_writeback: bool = True
    metronome_status_writeback_path: str = Field(default=paths.STATUS, pattern="^/")


class CreatorSettings(WritebackSettings, MetronomeApiSettings, PatientServiceSettings):
    """All settings of a creator except the accounts."""

    creator_destinations: Destinations = Field(default_factory=destinations)
    hold_above: HoldAbove = Field(default_factory=dict)
    creator_concurrency: int = Field(default=4, ge=1, le=256)
    billing_provider_retries: int = Field(default=1, ge=0)
    uncertain_settle_seconds: Positive = 5
    circuit_failures: int = Field(default=5, ge=1)
    circuit_probe_seconds: Positive = 10

    def consumer_group(self) -> str:
        """Return this creator's group: a creator for some destinations only has its own group."""
        return self.kafka_consumer_group or group_of(self.creator_destinations)


def group_of(taken: Sequence[str]) -> str:
    """Return the default group of the creators for these destinations."""
    return SERVICE if tuple(taken) == destinations() else "-".join((SERVICE, *taken))


def destinations_of_group(name: str) -> tuple[str, ...] | None:
    """Return the destinations of a group, or ``None`` if it is not a name of ``group_of``."""
    if name == SERVICE:
        return destinations()
    service, _dash, rest = name.partition(f"{SERVICE}-")
    taken = tuple(rest.split("-"))
    return taken if not service and set(taken) <= set(destinations()) else None


def read_creator() -> tuple[CreatorSettings, Accounts]:
    """Return the environment's settings.

    Raises ``InvalidSettings`` with all problems of all providers at once.
    """
    return read_with(CreatorSettings, account_settings())
