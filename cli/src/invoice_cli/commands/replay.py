"""``invoices replay``: process records again."""

import secrets
import shlex
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from invoice_cli.exits import Exit, stop
from invoice_cli.installation import installation as this_installation
from invoice_cli.installation import whole_customer, whole_id, whole_replay
from invoice_cli.options import (
    WAIT_SECONDS,
    ByOption,
    CodeOption,
    CustomerOption,
    DestinationOption,
    InvoiceOption,
    NoWaitOption,
    OutputOption,
    SinceOption,
    StageOption,
    UntilOption,
    WaitOption,
    selection,
)
from invoice_cli.output import print_json
from invoice_cli.person import person
from invoice_cli.replay_run import Run, confirm, show_plan
from invoice_operations.options import parse_rate
from invoice_operations.replay.ids import new_id, started_at
from invoice_operations.replay.plan import Plan
from invoice_operations.replay.request import (
    MAX_REPLAYS,
    RecordKind,
    ReplayRequest,
    Restarting,
    Storage,
)
from invoice_operations.replay.run import Replay
from invoice_operations.selection import Selection


def replay(
    what: Annotated[
        RecordKind,
        typer.Argument(help="raw or formatted: the topic's records; errors: the failed ones."),
    ],
    *,
    since: SinceOption = None,
    until: UntilOption = None,
    partition: Annotated[
        int | None, typer.Option(min=0, help="Replay only this partition.")
    ] = None,
    from_offset: Annotated[
        int | None, typer.Option(min=0, help="Replay from this offset on; needs --partition.")
    ] = None,
    invoice_id: InvoiceOption = None,
    customer_id: CustomerOption = None,
    code: CodeOption = None,
    stage: StageOption = None,
    destination: DestinationOption = None,
    storage: Annotated[
        Storage, typer.Option("--from", help="errors: read them from Kafka or from the archive.")
    ] = "kafka",
    restart: Annotated[
        Restarting,
        typer.Option(
            help="errors: read the invoice from Metronome again, or put the failed record back."
        ),
    ] = "raw",
    include_replays: Annotated[
        bool, typer.Option(help="raw: include records that a replay put there.")
    ] = False,
    force: Annotated[
        bool,
        typer.Option(
            help="Include invoices that are created already according to Metronome or the ledger."
        ),
    ] = False,
    max_replays: Annotated[
        int, typer.Option(min=1, help="Skip records already replayed this many times.")
    ] = MAX_REPLAYS,
    rate: Annotated[str | None, typer.Option(help="Maximum rate of records, e.g. 50/s.")] = None,
    include_resolved: Annotated[
        bool, typer.Option(help="Include invoices that somebody resolved by hand.")
    ] = False,
    by: ByOption = None,
    dry_run: Annotated[
        bool, typer.Option(help="Show what would be replayed, and change nothing.")
    ] = False,
    resume: Annotated[
        str | None,
        typer.Option(help="Continue an interrupted replay: its id, or the first digits."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask for confirmation if no filter is given.")
    ] = False,
    wait_seconds: WaitOption = WAIT_SECONDS,
    no_wait: NoWaitOption = False,
    output: OutputOption = "table",
) -> None:
    """Put records back on their topics, and report their results.

    Documents that exist stay as they are. Nothing is created twice.

    Exits 1 if a record fails again or still waits at the end, or if there is nothing to replay.
    """
    installation = this_installation(output)
    resume = whole_replay(resume, installation) if resume else None
    # "2h" means two hours before the replay began, also when it is resumed.
    now = started_at(resume) if resume else datetime.now(UTC)
    chosen = selection(
        now,
        since=since,
        until=until,
        partition=partition,
        from_offset=from_offset,
        invoice_id=whole_id(invoice_id, installation),
        customer_id=whole_customer(customer_id, installation),
        code=code,
        stage=stage,
        destination=destination,
    )
    request = ReplayRequest(
        what, chosen, storage, restart, include_replays, max_replays, force, include_resolved
    )
    per_second = None if rate is None else parse_rate(rate)
    replay_id = resume or new_id(now, secrets.token_hex(3))
    replayed = Replay(replay_id, request, installation, person(by))
    plan = replayed.resume() if resume else replayed.plan()
    go_on = _go_on(replayed.id, resume)
    run = Run(replayed, plan, go_on, look_again=f"Continue waiting with: {go_on}", output=output)
    if output == "table":
        show_plan(plan, now)
    if not dry_run:
        if plan.selected and chosen == Selection() and not (yes or resume):
            confirm(f"No filter is given. Replay all {plan.selected} record(s)?")
        run.carry_out(per_second, None if no_wait else wait_seconds)
    if output == "json":
        print_json(
            {"replay_id": replayed.id, "dry_run": dry_run, **run.document(), **plan.document()}
        )
    else:
        run.tell(dry_run=dry_run)
    if not plan.selected and not replayed.put_back:
        stop(Exit.ATTENTION, f"Nothing to replay: {_why_nothing(request, plan)}.")
    if plan.unreadable or not run.is_good:
        raise SystemExit(int(Exit.ATTENTION))


def _why_nothing(request: ReplayRequest, plan: Plan) -> str:
    if plan.left_out or plan.impossible or plan.unreadable:
        return "every record that matches is left out"
    given = request.chosen.filters().items()
    texts = [
        (name, text)
        for name, value in given
        for text in ([value] if isinstance(value, str) else value)
    ]
    filters = ", ".join(f'--{name.replace("_", "-")} "{text}"' for name, text in texts)
    return f"no record matches {filters}" if filters else "there is no record"


def _go_on(replay_id: str, resumed: str | None) -> str:
    """Return the command that continues this process's replay."""
    given = ["invoices", *sys.argv[1:]]
    return shlex.join(given if resumed else [*given, "--resume", replay_id])
