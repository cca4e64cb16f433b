"""The real clients of an installation, for the command line and the page."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from typing import TYPE_CHECKING

from confluent_kafka.admin import AdminClient

from invoice_creator.settings import CreatorSettings, WritebackSettings, read_creator
from invoice_error_sink.settings import ErrorSinkSettings
from invoice_operations.archive.reader import ArchiveReader
from invoice_operations.asked_providers import AskedProviders
from invoice_operations.broker_errors import broker_errors
from invoice_operations.kafka_clients import publisher
from invoice_operations.metronome_reader import MetronomeReader
from invoice_operations.provider_lookup import providers
from invoice_operations.rate_limit import RateLimit
from invoice_operations.reaching import check_reachable
from invoice_operations.replay.present_destinations import PresentDestinations, nowhere
from invoice_operations.replay.priors import KnowsDestinations
from invoice_operations.settings import MappingSettings, ReadsSettings, StateSettings
from invoice_operations.view.broker import Broker
from invoice_operations.view.overview import Overview
from invoice_operations.view.state_file import Tell, file_name, open_tables, state_directory, untold
from invoice_operations.view.tables import Tables
from invoice_operations.view.topic_reader import TopicReader
from invoice_operations.view.view import Progress, View, unseen
from invoice_providers.http import Anonymous, Http
from invoice_providers.registry import Accounts
from invoice_shared.clock import Clock, SystemClock
from invoice_shared.kafka.client_config import common_config
from invoice_shared.kafka.group_reader import groups_of
from invoice_shared.kafka.groups import ConsumerGroup
from invoice_shared.publishing import Publisher
from invoice_shared.settings import (
    HttpSettings,
    InvalidSettings,
    KafkaSettings,
    MetronomeApiSettings,
    read,
)

if TYPE_CHECKING:
    from invoice_shared.archive.s3_archive import S3Archive

# See ``invoice_creator.settings.read_creator``.
ReadsCreator = Callable[[], tuple[CreatorSettings, Accounts]]


class Installation:
    """Builds each client, and reads its settings, on first use, so an operation needs only its own.

    ``settings`` and ``creator`` read the environment by default. Every method raises
    ``InvalidSettings`` if a setting is missing or malformed. ``tell`` shows an extra message,
    ``progress`` how many records were read.
    """

    def __init__(
        self,
        settings: ReadsSettings = read,
        creator: ReadsCreator = read_creator,
        *,
        tell: Tell = untold,
        progress: Progress = unseen,
    ) -> None:
        self.settings = settings
        self.creator = creator
        self.clock: Clock = SystemClock()
        self._tell = tell
        self._progress = progress
        self._is_reached = False

    @cached_property
    def kafka(self) -> KafkaSettings:
        """How to reach the broker, and the names of the topics."""
        return self.settings(KafkaSettings)

    def _broker(self) -> KafkaSettings:
        """Return the broker's settings after one check, which reports an outage sooner."""
        if not self._is_reached:
            check_reachable(self.kafka, self.clock)
            self._is_reached = True
        return self.kafka

    def admin(self) -> AdminClient:
        """Return a client to create and describe topics."""
        config = common_config(self._broker())
        with broker_errors():
            return AdminClient(config)

    def reader(self) -> TopicReader:
        """Return a reader of topics."""
        return TopicReader(self._broker(), self.clock)

    def view(self) -> View:
        """Return the current state of all invoices, from the topics."""
        self._broker()
        self.last_view.refresh()
        return self.last_view

    @cached_property
    def last_view(self) -> View:
        """The last known state of all invoices, without asking the broker."""
        directory = state_directory(self.settings(StateSettings).invoices_state_dir)

        def opened(cluster_id: str, topics: Sequence[str]) -> Tables:
            return open_tables(directory, file_name(cluster_id, topics), self._tell)

        return View(Broker(self.kafka, self.clock), self.kafka, opened, self._progress)

    def overview(self) -> Overview:
        """Return the client for records per topic and lag per group."""
        return Overview(self._broker(), self.reader())

    def groups(self, topic: str) -> list[ConsumerGroup]:
        """Return the consumer groups that read a topic, with their offsets."""
        with broker_errors():
            return groups_of(self.admin(), topic)

    def publisher(self) -> AbstractContextManager[Publisher]:
        """Open a publisher. All its records are acknowledged or failed when it closes."""
        return publisher(self._broker())

    def metronome(self, per_second: float | None = None) -> MetronomeReader:
        """Return a Metronome client with at most ``per_second`` calls per second."""
        return MetronomeReader(
            self.settings(MetronomeApiSettings), RateLimit(per_second, self.clock)
        )

    def writeback(self) -> MetronomeReader | None:
        """Return the client for statuses; ``None`` if the status write-back is off."""
        settings = self.settings(WritebackSettings)
        if not settings.metronome_status_writeback:
            return None
        api, rate_limit = self.settings(MetronomeApiSettings), RateLimit(None, self.clock)
        return MetronomeReader(api, rate_limit, settings.metronome_status_writeback_path)

    def http(self, system: str) -> Http:
        """Return a client for a system without credentials; messages use the name ``system``."""
        return Http(system, Anonymous, self.settings(HttpSettings).reach)

    def providers(self, per_second: float | None = None) -> AskedProviders:
        """Return the configured billing systems, limited to ``per_second`` calls per second."""
        settings, accounts = self.creator()
        rate_limit = RateLimit(per_second, self.clock)
        return AskedProviders(
            providers(settings, accounts, self.clock),
            rate_limit,
            settings.retry_backoff_max_seconds,
        )

    def destinations(self) -> KnowsDestinations:
        """Return the look-up of current destinations; it finds none without Metronome."""
        try:
            return PresentDestinations(self.metronome(), self.settings(MappingSettings))
        except InvalidSettings as invalid:
            missing = "; ".join(invalid.problems)
            self._tell(f"Not checked: whether customers have another destination now ({missing}).")
            return nowhere

    def archive(self) -> "S3Archive":
        """Return the bucket of the archive, after a check that it can be reached.

        Raises ``StartupError`` if boto3's own settings are wrong, or as ``check`` does.
        """
        # Measured: importing boto3 takes a third of a short command's time, and few commands use
        # S3.
        from invoice_shared.archive.s3_archive import FIRST_CONTACT, open_archive  # noqa: PLC0415

        settings = self.settings(ErrorSinkSettings)
        bucket, outgoing = settings.log_errors_bucket_name_s3, settings.outgoing
        open_archive(bucket, outgoing, FIRST_CONTACT).check()
        return open_archive(bucket, outgoing)

    def archived_failures(self) -> ArchiveReader:
        """Return a reader of the archive."""
        prefix = self.settings(ErrorSinkSettings).s3_prefix
        return ArchiveReader(self.archive(), prefix, self.kafka.invoice_errors_topic)
