"""What operations read beyond the services' own settings classes."""

from typing import Protocol

from invoice_formatter.mapping.rules import MappingRules
from invoice_shared.settings import AnySettings, KafkaSettings, MetronomeApiSettings, Settings


class ReadsSettings(Protocol):
    """See ``invoice_shared.settings.read``."""

    def __call__(self, settings_class: type[AnySettings], /) -> AnySettings:
        """Return a block of settings. Raises ``InvalidSettings``."""


class ReconcileSettings(MetronomeApiSettings, KafkaSettings):
    """Names, if it is set, the custom field of a customer that names the billing provider."""

    metronome_billing_provider_destination: str | None = None


class StateSettings(Settings):
    """Where the view of the topics is kept; unset: the platform's cache directory."""

    invoices_state_dir: str | None = None


class MappingSettings(MappingRules, Settings):
    """The formatter's rules alone, for an invoice that is at hand."""
