"""``invoices console``: how things stand, and go on standing, on one screen."""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console, Group, RenderableType
from rich.live import Live

from invoice_cli.options import OutputOption
from invoice_cli.output import money, print_json, table
from invoice_operations import tally
from invoice_operations.pace import sleep
from invoice_operations.times import age
from invoice_operations.view.failure_book import FailureBook
from invoice_operations.view.overview import Overview, last_offsets, waiting
from invoice_operations.view.topic_reader import TopicReader
from invoice_shared.settings import KafkaSettings, load


def console(
    every: Annotated[float, typer.Option(min=1, help="Seconds between two looks.")] = 15,
    output: OutputOption = "table",
) -> None:
    """Watch topics, what waits for whom, and open failures. Ctrl-C ends it; in a pipe, or as JSON, it looks once."""
    settings = load(KafkaSettings)
    overview, book = Overview(settings), FailureBook(TopicReader(settings), settings)
    if output == "json":
        print_json(_look(overview, book).document())
        return
    if not sys.stdout.isatty():
        Console(width=200, markup=False, highlight=False).print(_look(overview, book).screen())
        return
    with Live(_look(overview, book).screen(), screen=True, auto_refresh=False) as live:
        try:
            while True:
                sleep(every)
                live.update(_look(overview, book).screen(), refresh=True)
        except KeyboardInterrupt:
            return


@dataclass(frozen=True, slots=True)
class Look:
    """How things stood at a moment."""

    at: datetime
    topics: list[dict[str, Any]]
    waiting: list[dict[str, Any]]
    failures: list[tally.Group]

    def document(self) -> dict[str, Any]:
        """Give it as a JSON tree."""
        failures = [group.document() for group in self.failures]
        return {"at": self.at, "topics": self.topics, "waiting": self.waiting, "failures": failures}

    def screen(self) -> RenderableType:
        """Give it as three tables."""
        failures = [
            {
                "stage": group.stage,
                "code": group.code,
                "open": group.count,
                "oldest": age(group.oldest, self.at),
                "money": money(group.totals, group.unknown),
            }
            for group in self.failures
        ]
        return Group(
            table(self.topics, f"Topics at {self.at:%H:%M:%S} UTC"),
            table(self.waiting, "Waiting"),
            table(failures, "Open failures"),
        )


def _look(overview: Overview, book: FailureBook) -> Look:
    now, ends = datetime.now(UTC), overview.ends()
    open_cases = [case for case in book.cases().values() if case.state == "open"]
    return Look(
        at=now,
        topics=[{"topic": topic, "records_ever": count} for topic, count in last_offsets(ends)],
        waiting=[{"topic": w.topic, "group": w.group, "waiting": w.lag} for w in waiting(ends, overview.committed())],
        failures=tally.tally(open_cases).groups(),
    )
