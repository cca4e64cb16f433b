"""The formatter's settings: its environment variables are the field names in upper case."""

from pydantic import Field

from invoice_formatter.mapping.rules import MappingRules
from invoice_shared.settings import MetronomeApiSettings, PatientServiceSettings

CONSUMER_GROUP = "invoice-formatter"


class FormatterSettings(MappingRules, PatientServiceSettings, MetronomeApiSettings):
    """Settings of the mapping, the broker and Metronome."""

    formatter_concurrency: int = Field(default=16, ge=1)

    @property
    def group(self) -> str:
        """The consumer group, and faust's application id."""
        return self.kafka_consumer_group or CONSUMER_GROUP
