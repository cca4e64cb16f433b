"""What the operator asked to replay, and whether it makes sense. Pure."""

from dataclasses import dataclass
from typing import Literal

from invoice_operations.case_filter import CaseFilter
from invoice_operations.errors import InvalidRequest
from invoice_operations.view.topic_reader import Span

What = Literal["raw", "formatted", "errors"]
Storage = Literal["kafka", "s3"]
Restarting = Literal["raw", "failed"]


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of one replay. ``span`` serves the topics, ``chosen`` the failures."""

    what: What
    span: Span
    chosen: CaseFilter
    storage: Storage = "kafka"
    restart: Restarting = "raw"
    include_replays: bool = False
    max_replays: int = 3

    @property
    def is_by_place(self) -> bool:
        """Tell whether records are chosen by where they lie."""
        return self.span.partition is not None or self.span.from_offset is not None


def check(asked: Asked) -> None:
    """Refuse options that contradict each other, each with what to do."""
    chosen, is_errors = asked.chosen, asked.what == "errors"
    refusals = {
        "--from-offset needs --partition: an offset means something within one partition only.": (
            asked.span.from_offset is not None and asked.span.partition is None
        ),
        "--code, --stage and --destination choose failures: use invoices replay errors.": (
            not is_errors and bool(chosen.codes or chosen.stage or chosen.destination)
        ),
        "--from s3 reads archived failures: use invoices replay errors.": not is_errors and asked.storage == "s3",
        "--restart failed is for invoices replay errors.": not is_errors and asked.restart == "failed",
        "--include-replays is for raw and formatted; a failed replay is a failure like any other.": (
            is_errors and asked.include_replays
        ),
    }
    for sentence, holds in refusals.items():
        if holds:
            raise InvalidRequest(sentence)
