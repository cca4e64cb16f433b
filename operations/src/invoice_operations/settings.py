"""What the command line reads beyond the services' own settings classes."""

from invoice_formatter.mapping.rules import MappingRules
from invoice_shared.settings import KafkaSettings, MetronomeApiSettings, Settings


class OperatorSettings(MetronomeApiSettings, KafkaSettings):
    """For the subcommands that ask Metronome as well as Kafka."""


class ReconcileSettings(OperatorSettings):
    """Knows, where it is set, which custom field of a customer names the billing provider."""

    metronome_billing_provider_destination: str | None = None


class MappingSettings(MappingRules, Settings):
    """The formatter's rules alone, for an invoice that is at hand."""
