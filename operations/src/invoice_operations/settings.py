"""The settings of operations, beyond the services' own settings classes."""

from typing import Protocol

from invoice_formatter.mapping.rules import MappingRules
from invoice_shared.setting_types import Day, StrongSecret
from invoice_shared.settings import AnySettings, KafkaSettings, MetronomeApiSettings, Settings


class ReadsSettings(Protocol):
    """See ``invoice_shared.settings.read``."""

    def __call__(self, settings_class: type[AnySettings], /) -> AnySettings:
        """Return a block of settings. Raises ``InvalidSettings``."""


class ReconcileSettings(MetronomeApiSettings, KafkaSettings):
    """The settings for reconciling, with the optional names of a customer's custom fields.

    Invoices issued before ``bill_from`` are not billed by us, as in the formatter.
    """

    metronome_billing_provider_destination: str | None = None
    metronome_billing_provider_customer_id: str | None = None
    bill_from: Day | None = None


class StateSettings(Settings):
    """Where the view of the topics is stored; by default the platform's cache directory."""

    invoices_state_dir: str | None = None


class MappingSettings(MappingRules, Settings):
    """The formatter's rules alone, for an invoice that is already read."""


class WebhookSecretSettings(Settings):
    """The secret that signs Metronome's events."""

    metronome_webhook_secret: StrongSecret
