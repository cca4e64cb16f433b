"""``invoices approve``: send the invoices that wait for an approval."""

import secrets
import shlex
import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from invoice_cli.exits import Exit, say, stop
from invoice_cli.installation import installation as this_installation
from invoice_cli.installation import whole_customer, whole_id
from invoice_cli.options import (
    WAIT_SECONDS,
    ByOption,
    CustomerOption,
    DestinationOption,
    InvoiceOption,
    NoWaitOption,
    OutputOption,
    SinceOption,
    UntilOption,
    WaitOption,
    selection,
)
from invoice_cli.output import print_json, print_table
from invoice_cli.person import accountable
from invoice_cli.replay_run import Run, show_plan
from invoice_operations.approve.run import Approval, chosen_by_id, held, look, replay_request
from invoice_operations.approve.run import approve as write_down
from invoice_operations.errors import InvalidRequest
from invoice_operations.installation import Installation
from invoice_operations.replay.ids import new_id
from invoice_operations.replay.run import Replay
from invoice_operations.selection import Selection

STILL_HELD = "See what is still held with: invoices failures --code held-for-approval --list"


def approve(
    failure_ids: Annotated[
        list[str] | None,
        typer.Argument(
            help="Ids as `invoices failures --list` shows them; the first digits are enough."
        ),
    ] = None,
    *,
    all_held: Annotated[
        bool,
        typer.Option("--all-held", help="Approve all that wait, or those that match the filters."),
    ] = False,
    destination: DestinationOption = None,
    invoice_id: InvoiceOption = None,
    customer_id: CustomerOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    why: Annotated[str | None, typer.Option(help="The reason, for the auditor.")] = None,
    by: ByOption = None,
    dry_run: Annotated[
        bool, typer.Option(help="Show what would be approved, and change nothing.")
    ] = False,
    wait_seconds: WaitOption = WAIT_SECONDS,
    no_wait: NoWaitOption = False,
    output: OutputOption = "table",
) -> None:
    """Approve held invoices, each for exactly the total, customer and destination it was held with.

    Exits 1 if one fails again or still waits at the end, or if there is nothing to approve.
    """
    now, installation, who = datetime.now(UTC), this_installation(output), accountable(by)
    filters = selection(
        now,
        since=since,
        until=until,
        invoice_id=whole_id(invoice_id, installation),
        customer_id=whole_customer(customer_id, installation),
        destination=destination,
    )
    chosen = held(_chosen(failure_ids or [], filters, installation, all_held=all_held))
    approval = look(chosen, installation)
    replay = Replay(new_id(now, secrets.token_hex(3)), replay_request(chosen), installation, who)
    plan = replay.plan()
    run = Run(
        replay, plan, shlex.join(["invoices", *sys.argv[1:]]), look_again=STILL_HELD, output=output
    )
    if output == "table":
        _show(approval)
        show_plan(plan, now)
    if approval.subjects and not dry_run:
        write_down(approval, why, installation, who)
        run.carry_out(None, None if no_wait else wait_seconds)
    if output == "json":
        shown = {
            "approved": _rows(approval),
            "cannot_be_approved": [case.failure_id for case in approval.unknown],
            "replay_id": replay.id,
            "dry_run": dry_run,
        }
        print_json(shown | run.document() | plan.document())
    else:
        run.tell(dry_run=dry_run)
    if not approval.subjects:
        stop(Exit.ATTENTION, "Nothing to approve: no invoice that matches is held.")
    if not run.is_good:
        raise SystemExit(int(Exit.ATTENTION))


def _show(approval: Approval) -> None:
    if approval.subjects:
        print_table(_rows(approval))
    for case in approval.unknown:
        say(
            f"Cannot be approved: {case.failure_id[:12]} of invoice {case.invoice_id}: its record"
            " is not stored here any more. To hold it again: invoices replay raw --invoice-id"
            f" {case.invoice_id}"
        )


def _chosen(
    failure_ids: list[str], filters: Selection, installation: Installation, *, all_held: bool
) -> Selection:
    if bool(failure_ids) == all_held:
        raise InvalidRequest("Nothing to approve is named: give either failure ids or --all-held.")
    if not failure_ids:
        return filters
    if filters != Selection():
        raise InvalidRequest(
            "Filters cannot be combined with failure ids: use them with --all-held."
        )
    return chosen_by_id(failure_ids, installation.view())


def _rows(approval: Approval) -> list[dict[str, Any]]:
    return [
        {"failure": case.failure_id[:12], "invoice": case.invoice_id} | facts
        for case, facts in approval.subjects
    ]
