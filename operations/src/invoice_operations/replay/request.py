"""The request of a replay, and its validation. Pure."""

from dataclasses import dataclass
from typing import Literal

from invoice_operations.errors import InvalidRequest
from invoice_operations.selection import Selection
from invoice_shared.decision import Filters

RecordKind = Literal["raw", "formatted", "errors"]
Storage = Literal["kafka", "s3"]
Restarting = Literal["raw", "failed"]

MAX_REPLAYS = 3


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """Which records to replay, and how. Raises ``InvalidRequest`` for contradictions.

    ``what`` is a topic, or failures (``errors``) from a ``storage``. A failure restarts at
    ``raw-invoices`` or with the record that failed. Records already replayed ``max_replays`` times
    are skipped, unless it is ``None``. ``force`` sends invoices even if Metronome has them as
    synced. ``include_resolved`` includes those that a person resolved.
    """

    what: RecordKind
    chosen: Selection
    storage: Storage = "kafka"
    restart: Restarting = "raw"
    include_replays: bool = False
    max_replays: int | None = MAX_REPLAYS
    force: bool = False
    include_resolved: bool = False

    def __post_init__(self) -> None:
        is_errors = self.what == "errors"
        refusals = {
            "--code, --stage and --destination select failures: use invoices replay errors.": (
                not is_errors and self.chosen.is_of_failures
            ),
            "--from s3 reads archived failures: use invoices replay errors.": (
                not is_errors and self.storage == "s3"
            ),
            "--restart failed is for invoices replay errors.": (
                not is_errors and self.restart == "failed"
            ),
            (
                "--include-replays is for invoices replay raw: formatted always sends the newest"
                " record, and errors includes failed replays."
            ): self.what != "raw" and self.include_replays,
        }
        for sentence, is_so in refusals.items():
            if is_so:
                raise InvalidRequest(sentence)

    def filters(self) -> Filters:
        """Return the request by option name, for the audit."""
        options: Filters = {"what": self.what} | self.chosen.filters()
        if self.what == "errors":
            options |= {"from": self.storage, "restart": self.restart}
        switches = ("include_replays", "force", "include_resolved")
        return options | {name: "true" for name in switches if getattr(self, name)}
