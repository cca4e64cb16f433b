"""What the creator reads from the environment."""

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from invoice_providers.registry import ProviderSettings
from invoice_shared.invoice import DESTINATIONS, Destination
from invoice_shared.metronome import paths
from invoice_shared.setting_types import JsonText, Positive
from invoice_shared.settings import MetronomeApiSettings, PatientServiceSettings

SERVICE = "invoice-creator"


Destinations = Annotated[tuple[Destination, ...], NoDecode, JsonText, Field(min_length=1)]


class CreatorSettings(ProviderSettings, MetronomeApiSettings, PatientServiceSettings):
    """Everything of one creator process."""

    creator_destinations: Destinations = DESTINATIONS
    creator_concurrency: int = Field(default=4, ge=1, le=256)
    billing_provider_retries: int = Field(default=1, ge=0)
    uncertain_settle_seconds: Positive = 5
    circuit_failures: int = Field(default=5, ge=1)
    circuit_probe_seconds: Positive = 10
    metronome_status_writeback: bool = True
    metronome_status_writeback_path: str = Field(default=paths.STATUS, pattern="^/")

    @field_validator("creator_destinations")
    @classmethod
    def _once_each(cls, destinations: tuple[Destination, ...]) -> tuple[Destination, ...]:
        return tuple(sorted(set(destinations)))

    def consumer_group(self) -> str:
        """Give the group of this creator: one that takes only some destinations has a group of its own."""
        if self.kafka_consumer_group:
            return self.kafka_consumer_group
        limited = set(self.creator_destinations) != set(DESTINATIONS)
        return "-".join((SERVICE, *self.creator_destinations)) if limited else SERVICE
