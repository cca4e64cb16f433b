"""What to replay, and whether it makes sense. Pure."""

from dataclasses import dataclass
from typing import Literal

from invoice_operations.errors import InvalidRequest
from invoice_operations.selection import Selection
from invoice_shared.decision import Filters

What = Literal["raw", "formatted", "errors"]
Storage = Literal["kafka", "s3"]
Restarting = Literal["raw", "failed"]

MAX_REPLAYS = 3


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """Which records go back, and how. Raises ``InvalidRequest`` if its parts contradict each other.

    ``what`` is a topic's records as they are, or failures (``errors``) out of a ``storage``. A
    failure restarts at ``raw-invoices`` or with the record that failed. Records replayed
    ``max_replays`` times are left out, ``None``: no matter how often. ``force``: invoices that
    Metronome calls synced are sent all the same. ``include_resolved``: those that a person
    resolved, too.
    """

    what: What
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
            "--code, --stage and --destination choose failures: use invoices replay errors.": (
                not is_errors and self.chosen.is_of_failures
            ),
            "--from s3 reads archived failures: use invoices replay errors.": (
                not is_errors and self.storage == "s3"
            ),
            "--restart failed is for invoices replay errors.": (
                not is_errors and self.restart == "failed"
            ),
            (
                "--include-replays is for invoices replay raw: formatted puts the newest record"
                " back, whoever made it, and a failed replay is a failure like any other."
            ): self.what != "raw" and self.include_replays,
        }
        for sentence, is_so in refusals.items():
            if is_so:
                raise InvalidRequest(sentence)

    def filters(self) -> Filters:
        """Return what was asked for, by the names of the options, for the audit."""
        options: Filters = {"what": self.what} | self.chosen.filters()
        if self.what == "errors":
            options |= {"from": self.storage, "restart": self.restart}
        switches = ("include_replays", "force", "include_resolved")
        return options | {name: "true" for name in switches if getattr(self, name)}
