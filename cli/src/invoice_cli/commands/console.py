"""``invoices console``: how things stand, and go on standing, on one screen."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console, Group, RenderableType
from rich.live import Live

from invoice_cli.failure_book import FailureBook
from invoice_cli.moments import age
from invoice_cli.output import money, table
from invoice_cli.overview import Overview, last_offsets, waiting
from invoice_cli.pace import sleep
from invoice_cli.tally import tally
from invoice_cli.topic_reader import TopicReader
from invoice_shared.settings import KafkaSettings, load


def console(every: Annotated[float, typer.Option(min=1, help="Seconds between two looks.")] = 15) -> None:
    """Watch topics, what waits for whom, and open failures. Ctrl-C ends it; in a pipe it looks once."""
    settings = load(KafkaSettings)
    overview, book = Overview(settings), FailureBook(TopicReader(settings), settings)
    if not sys.stdout.isatty():
        Console(width=200, markup=False, highlight=False).print(_screen(overview, book))
        return
    with Live(_screen(overview, book), screen=True, auto_refresh=False) as live:
        try:
            while True:
                sleep(every)
                live.update(_screen(overview, book), refresh=True)
        except KeyboardInterrupt:
            return


def _screen(overview: Overview, book: FailureBook) -> RenderableType:
    now, ends = datetime.now(UTC), overview.ends()
    open_cases = [case for case in book.cases().values() if case.state == "open"]
    topics = [{"topic": topic, "records ever": count} for topic, count in last_offsets(ends)]
    lags = [{"topic": w.topic, "group": w.group, "waiting": w.lag} for w in waiting(ends, overview.committed())]
    failures = [
        {
            "stage": g.stage,
            "code": g.code,
            "open": g.count,
            "oldest": age(g.oldest, now),
            "money": money(g.totals, g.unknown),
        }
        for g in tally(open_cases).groups()
    ]
    return Group(
        table(topics, f"Topics at {now:%H:%M:%S} UTC"), table(lags, "Waiting"), table(failures, "Open failures")
    )
