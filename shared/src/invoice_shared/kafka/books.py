"""Writing down how an invoice ended: failures to ``invoice-errors``, every outcome to the ledger, each acknowledged."""

from collections.abc import Callable

from invoice_shared.failure import InvoiceFailure
from invoice_shared.filing import failure_key, without_value
from invoice_shared.kafka.producer import RecordTooLarge
from invoice_shared.outcome import Outcome
from invoice_shared.record import Headers
from invoice_shared.serde import to_bytes
from invoice_shared.settings import KafkaSettings

Publish = Callable[[str, bytes | None, bytes, Headers], None]
"""``Publisher.publish``: returns once the broker has acknowledged, raises ``PublishFailed``."""


class Books:
    """Repeatable: the same failure has the same id, and the ledger's newest entry of an invoice is its state."""

    def __init__(self, publish: Publish, settings: KafkaSettings) -> None:
        self._publish = publish
        self._errors = settings.invoice_errors_topic
        self._outcomes = settings.invoice_outcomes_topic

    def file(self, failure: InvoiceFailure, headers: Headers) -> None:
        """Put a failure into ``invoice-errors``; without its value where the topic refuses the size."""
        try:
            self._publish(self._errors, failure_key(failure), to_bytes(failure), headers)
        except RecordTooLarge:
            self._publish(self._errors, failure_key(failure), to_bytes(without_value(failure)), headers)

    def enter(self, outcome: Outcome, headers: Headers) -> None:
        """Write the ledger's entry."""
        self._publish(self._outcomes, outcome.invoice_id.encode(), to_bytes(outcome), headers)
