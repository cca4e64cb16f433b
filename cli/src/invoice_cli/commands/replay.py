"""``invoices replay``: put records through again."""

import secrets
from datetime import UTC, datetime
from typing import Annotated

import typer

from invoice_cli.options import (
    CodeOption,
    CustomerOption,
    DestinationOption,
    InvoiceOption,
    OutputOption,
    SinceOption,
    StageOption,
    UntilOption,
)
from invoice_cli.output import print_json
from invoice_cli.replay_run import Run, show_plan
from invoice_operations.case_filter import CaseFilter
from invoice_operations.pace import parse_rate
from invoice_operations.replay.asked import Asked, Restarting, Storage, What, check
from invoice_operations.replay.ids import new_id, started_at
from invoice_operations.replay.marks import Mark
from invoice_operations.replay.sources import build
from invoice_operations.times import parse_window
from invoice_operations.view.topic_reader import Span, TopicReader
from invoice_shared.settings import KafkaSettings, load


def replay(
    what: Annotated[What, typer.Argument(help="raw or formatted: the records as they are; errors: what failed.")],
    *,
    since: SinceOption = None,
    until: UntilOption = None,
    partition: Annotated[int | None, typer.Option(min=0, help="Only this partition.")] = None,
    from_offset: Annotated[int | None, typer.Option(min=0, help="From this offset on; with --partition.")] = None,
    invoice_id: InvoiceOption = None,
    customer_id: CustomerOption = None,
    code: CodeOption = None,
    stage: StageOption = None,
    destination: DestinationOption = None,
    storage: Annotated[
        Storage, typer.Option("--from", help="errors: read them from Kafka, or from the archive.")
    ] = "kafka",
    restart: Annotated[
        Restarting, typer.Option(help="errors: ask Metronome anew, or put the failed record itself back.")
    ] = "raw",
    include_replays: Annotated[bool, typer.Option(help="raw, formatted: also what a replay put there.")] = False,
    force: Annotated[bool, typer.Option(help="Also invoices that Metronome holds to be synced already.")] = False,
    max_replays: Annotated[int, typer.Option(min=1, help="Leave alone what was replayed so often.")] = 3,
    rate: Annotated[str | None, typer.Option(help="At most so many records, e.g. 50/s.")] = None,
    dry_run: Annotated[bool, typer.Option(help="Show what would be replayed, and change nothing.")] = False,
    resume: Annotated[str | None, typer.Option(help="Go on with an interrupted replay: its id.")] = None,
    output: OutputOption = "table",
) -> None:
    """Put records back on their topics. Documents that exist stay as they are: nothing is created twice."""
    settings = load(KafkaSettings)
    # A resumed replay looks at what there was when it began.
    now = started_at(resume) if resume else datetime.now(UTC)
    replay_id = resume or new_id(now, secrets.token_hex(3))
    begin, until_then = parse_window(since, until, now)
    end = until_then or now
    keys = None if invoice_id is None else frozenset({invoice_id.encode()})
    asked = Asked(
        what=what,
        span=Span(begin, end, partition, from_offset, keys),
        chosen=CaseFilter(begin, end, invoice_id, customer_id, frozenset(code or ()), stage, destination),
        storage=storage,
        restart=restart,
        include_replays=include_replays,
        max_replays=max_replays,
    )
    check(asked)
    reader = TopicReader(settings)
    source = build(asked, reader, settings)
    plan = source.plan()
    run = Run(Mark(replay_id, force=force), None if rate is None else parse_rate(rate), is_resumed=resume is not None)
    sent = 0 if dry_run or not plan.selected else run.send(source, plan, reader, settings)
    if output == "json":
        print_json({"replay_id": replay_id, "dry_run": dry_run, "replayed": sent, **plan.document()})
    else:
        show_plan(plan, sent=None if dry_run else sent, now=now)
