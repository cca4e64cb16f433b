"""What operations read beyond the services' own settings classes."""

from typing import Protocol

from invoice_formatter.mapping.rules import MappingRules
from invoice_shared.setting_types import Day, StrongSecret
from invoice_shared.settings import AnySettings, KafkaSettings, MetronomeApiSettings, Settings


class ReadsSettings(Protocol):
    """See ``invoice_shared.settings.read``."""

    def __call__(self, settings_class: type[AnySettings], /) -> AnySettings:
        """Return a block of settings. Raises ``InvalidSettings``."""


class ReconcileSettings(MetronomeApiSettings, KafkaSettings):
    """Names, if they are set, the custom fields of a customer that hold its billing provider and
    its id there.

    What was issued before ``bill_from`` is not billed from here, as the formatter has it.
    """

    metronome_billing_provider_destination: str | None = None
    metronome_billing_provider_customer_id: str | None = None
    bill_from: Day | None = None


class StateSettings(Settings):
    """Where the view of the topics is kept; unset: the platform's cache directory."""

    invoices_state_dir: str | None = None


class MappingSettings(MappingRules, Settings):
    """The formatter's rules alone, for an invoice that is at hand."""


class WebhookSecretSettings(Settings):
    """What Metronome's events are signed with."""

    metronome_webhook_secret: StrongSecret
