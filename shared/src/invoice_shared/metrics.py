"""Every metric of the connector: name, meaning, labels.

Prometheus text with one registry per process.
"""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from invoice_shared.errors import (
    AlreadyExists,
    CallFailed,
    CredentialsRefused,
    Rejected,
    Unavailable,
    Uncertain,
)
from invoice_shared.failure import Code, SkipReason, Stage

OK = "ok"
# The ``outcome`` label of ``invoice_connector_call_seconds`` per error.
OUTCOMES: dict[type[CallFailed], str] = {
    Rejected: "rejected",
    AlreadyExists: "already-exists",
    Unavailable: "unavailable",
    Uncertain: "uncertain",
    CredentialsRefused: "credentials-refused",
}


class Metrics:
    """What a process counts. Methods name the event; metric names and labels are only here."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._webhooks = Counter(
            "invoice_connector_webhook_requests",
            "Requests to the ingress, by answer.",
            ["answer"],
            registry=registry,
        )
        self._formatted = Counter(
            "invoice_connector_invoices_formatted",
            "Invoices sent on to a creator.",
            ["destination"],
            registry=registry,
        )
        self._created = Counter(
            "invoice_connector_invoices_created",
            "Documents that exist at a provider, including found ones.",
            ["destination", "document_type"],
            registry=registry,
        )
        self._skipped = Counter(
            "invoice_connector_invoices_skipped",
            "Invoices correctly not sent, by reason.",
            ["reason"],
            registry=registry,
        )
        self._failed = Counter(
            "invoice_connector_invoices_failed",
            "Failure records written, by stage and code.",
            ["stage", "code"],
            registry=registry,
        )
        self._archived = Counter(
            "invoice_connector_failures_archived",
            "Failure records stored in S3.",
            registry=registry,
        )
        self._calls = Histogram(
            "invoice_connector_call_seconds",
            "Calls to another system, by outcome.",
            ["system", "outcome"],
            registry=registry,
        )
        self._circuit = Gauge(
            "invoice_connector_circuit_open",
            "1 while calls to a system are held back.",
            ["system"],
            registry=registry,
        )
        self._unsaved = Gauge(
            "invoice_connector_tokens_unsaved",
            "1 while a login's newest tokens are in memory alone.",
            ["system"],
            registry=registry,
        )
        self._login_ends = Gauge(
            "invoice_connector_login_ends_timestamp_seconds",
            "When a login ends, by limit: unused (unless renewed) or total.",
            ["system", "limit"],
            registry=registry,
        )
        self._not_ready = Gauge(
            "invoice_connector_not_ready",
            "1 while a part is missing that the process needs.",
            ["part"],
            registry=registry,
        )
        self._missed: set[str] = set()
        self._partitions = Gauge(
            "invoice_connector_partitions_assigned",
            "Partitions that the process works on.",
            registry=registry,
        )
        self._in_flight = Gauge(
            "invoice_connector_records_in_flight",
            "Records taken from the broker and not yet settled.",
            registry=registry,
        )
        # Looking up a metric by its labels costs more than counting with it.
        self._webhooks_of = cache(self._webhooks.labels)
        self._calls_of = cache(self._calls.labels)
        self._lag = Gauge(
            "invoice_connector_consumer_lag_records",
            "Records behind the newest of the assigned partitions.",
            registry=registry,
        )
        self._lost = Counter(
            "invoice_connector_records_lost",
            "Records that retention deleted before they were read.",
            ["topic"],
            registry=registry,
        )
        self._unknown_starts = Counter(
            "invoice_connector_unknown_starts",
            "Partitions begun without a committed offset after their first records had been"
            " deleted.",
            ["topic"],
            registry=registry,
        )

    def webhook(self, answer: str) -> None:
        """Count a request by its answer, e.g. ``accepted``, ``ignored`` or ``unauthorized``."""
        self._webhooks_of(answer).inc()

    def formatted(self, destination: str) -> None:
        """Count an invoice sent on to a creator."""
        self._formatted.labels(destination).inc()

    def created(self, destination: str, document_type: str) -> None:
        """Count a document that now exists at a provider."""
        self._created.labels(destination, document_type).inc()

    def skipped(self, reason: SkipReason) -> None:
        """Count an invoice that is correctly not sent."""
        self._skipped.labels(reason).inc()

    def failed(self, stage: Stage, code: Code) -> None:
        """Count a failure record."""
        self._failed.labels(stage, code).inc()

    def archived(self, count: int) -> None:
        """Count failure records that S3 has stored."""
        self._archived.inc(count)

    def called(self, system: str, error: CallFailed | None, seconds: float) -> None:
        """Observe one call and its error, if any."""
        self._calls_of(system, OK if error is None else _outcome(error)).observe(seconds)

    def circuit(self, system: str, is_open: bool) -> None:  # noqa: FBT001 - the gauge's value
        """Set whether a system's circuit is open."""
        self._circuit.labels(system).set(is_open)

    def tokens_unsaved(self, system: str, is_unsaved: bool) -> None:  # noqa: FBT001 - the gauge's value
        """Set whether a login's newest tokens could not be stored."""
        self._unsaved.labels(system).set(is_unsaved)

    def login_ends(self, system: str, limit: Literal["unused", "total"], at: datetime) -> None:
        """Set when a login ends: unless renewed (``unused``), or in any case (``total``)."""
        self._login_ends.labels(system, limit).set(at.timestamp())

    def not_ready(self, missing: Collection[str]) -> None:
        """Set which parts are missing, and reset those that were missing before."""
        self._missed.update(missing)
        for part in self._missed:
            self._not_ready.labels(part).set(part in missing)

    def partitions(self, count: int) -> None:
        """Set how many partitions are assigned."""
        self._partitions.set(count)

    def in_flight(self, count: int) -> None:
        """Set how many records are in progress."""
        self._in_flight.set(count)

    def lag(self, count: int) -> None:
        """Set how many records wait."""
        self._lag.set(count)

    def lost(self, topic: str, count: int) -> None:
        """Count records that were deleted before they were read."""
        self._lost.labels(topic).inc(count)

    def start_unknown(self, topic: str) -> None:
        """Count a partition with deleted records of which it is unknown how many were read."""
        self._unknown_starts.labels(topic).inc()

    def exposition(self) -> bytes:
        """Render all metrics as Prometheus text."""
        return generate_latest(self._registry)


def _outcome(error: CallFailed) -> str:
    """Return a failure's outcome. A narrower kind, e.g. ``Unreachable``, counts as its parent."""
    return next(OUTCOMES[kind] for kind in type(error).__mro__ if kind in OUTCOMES)
