"""The real clients of an installation, built alike for the command line and the page."""

from contextlib import AbstractContextManager
from functools import cached_property
from typing import Protocol

from confluent_kafka.admin import AdminClient

from invoice_creator.settings import CreatorSettings
from invoice_error_sink.settings import ErrorSinkSettings
from invoice_operations.archive.reader import ArchiveReader
from invoice_operations.asked_providers import AskedProviders
from invoice_operations.kafka_clients import publisher
from invoice_operations.metronome_reader import MetronomeReader
from invoice_operations.pace import Pace
from invoice_operations.provider_lookup import providers
from invoice_operations.view.failure_book import FailureBook
from invoice_operations.view.overview import Overview
from invoice_operations.view.topic_reader import TopicReader
from invoice_shared.archive.s3_archive import open_archive
from invoice_shared.clock import Clock, SystemClock
from invoice_shared.kafka.client_config import common_config
from invoice_shared.publishing import Publisher
from invoice_shared.settings import AnySettings, KafkaSettings, MetronomeApiSettings


class ReadsSettings(Protocol):
    """See ``invoice_shared.settings.read``."""

    def __call__(self, settings_class: type[AnySettings], /) -> AnySettings:
        """Return a block of settings. Raises ``InvalidSettings``."""


class Installation:
    """Each client is built, and its settings are read, when it is asked for: an operation needs only its own.

    Every method raises ``InvalidSettings`` where a setting is missing or malformed.
    """

    def __init__(self, settings: ReadsSettings) -> None:
        self.settings = settings
        self.clock: Clock = SystemClock()

    @cached_property
    def kafka(self) -> KafkaSettings:
        """How to reach the broker, and the names of the topics."""
        return self.settings(KafkaSettings)

    def admin(self) -> AdminClient:
        """Return a client that creates and describes topics."""
        return AdminClient(common_config(self.kafka))

    def reader(self) -> TopicReader:
        """Return a reader of topics."""
        return TopicReader(self.kafka)

    def failures(self) -> FailureBook:
        """Return what failed and what became of it."""
        return FailureBook(self.reader(), self.kafka)

    def overview(self) -> Overview:
        """Return what tells how much lies in the topics and waits for whom."""
        return Overview(self.kafka)

    def publisher(self) -> AbstractContextManager[Publisher]:
        """Open a publisher; what it was given is settled, one way or the other, when it closes."""
        return publisher(self.kafka)

    def metronome(self, per_second: float | None = None) -> MetronomeReader:
        """Return a reader of Metronome that makes at most so many calls per second."""
        return MetronomeReader(self.settings(MetronomeApiSettings), Pace(per_second, self.clock))

    def providers(self, per_second: float | None = None) -> AskedProviders:
        """Return the billing systems that are set up here, asked at most so many times per second."""
        settings = self.settings(CreatorSettings)
        pace = Pace(per_second, self.clock)
        return AskedProviders(providers(settings, self.clock), pace, settings.retry_backoff_max_seconds)

    def archived_failures(self) -> ArchiveReader:
        """Return a reader of the archive."""
        sink = self.settings(ErrorSinkSettings)
        archive = open_archive(sink.log_errors_bucket_name_s3)
        return ArchiveReader(archive, sink.s3_prefix, self.kafka.invoice_errors_topic)
