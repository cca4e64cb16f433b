"""``invoices console``: the current state of the connector on one screen, refreshed."""

import sys
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.live import Live

from invoice_cli.installation import installation as this_installation
from invoice_cli.options import OutputOption
from invoice_cli.output import print_json, table
from invoice_cli.terminal import terminal
from invoice_operations.glance import Glance, glance
from invoice_operations.rate_limit import sleep
from invoice_operations.tally import money
from invoice_operations.times import age

PIPE_COLUMNS = 200


def console(
    every: Annotated[float, typer.Option(min=1, help="Seconds between refreshes.")] = 15,
    output: OutputOption = "table",
) -> None:
    """Watch topics, waiting records and open failures.

    Ctrl-C ends it. In a pipe or as JSON, it looks once.
    """
    installation = this_installation(output)
    if output == "json":
        print_json(glance(installation).document())
        return
    if not sys.stdout.isatty():
        terminal(width=PIPE_COLUMNS).print(_screen(glance(installation)))
        return
    with Live(
        _screen(glance(installation)), console=terminal(), screen=True, auto_refresh=False
    ) as live:
        try:
            while True:
                sleep(every)
                live.update(_screen(glance(installation)), refresh=True)
        except KeyboardInterrupt:
            return


def _screen(seen: Glance) -> RenderableType:
    failures = [
        {
            "stage": group.stage,
            "code": group.code,
            "open": group.count,
            "oldest": age(group.oldest, seen.at),
            "money": money(group.totals, group.unknown),
        }
        for group in seen.failures
    ]
    return Group(
        table(seen.topic_rows(), f"Topics at {seen.at:%H:%M:%S} UTC"),
        table(seen.waiting_rows(), "Waiting"),
        table(failures, "Open failures"),
    )
