"""One run of a replay as an operator sees it: what is said before, during and after, and how to go on when it stops."""

from datetime import datetime

from invoice_cli.exits import Exit, exit_of, say, stop
from invoice_cli.interrupt import Interrupt, give_up
from invoice_cli.output import money, print_table
from invoice_cli.progress import progress
from invoice_operations.replay.plan import Plan
from invoice_operations.replay.run import Replay
from invoice_operations.times import age
from invoice_shared.errors import ConnectorError


def send(replay: Replay, resume_command: str, per_second: float | None) -> int:
    """Put back what is left of a plan and return how many records that was; ends the process if it stops early."""
    left, sent = replay.left, 0
    say(f"{replay.id}: {left} records. If it is interrupted: {resume_command}")
    go_on = f"Go on with: {resume_command}"
    interrupt = Interrupt(insisted=give_up)
    try:
        with progress("replayed", left) as advance:

            def acknowledged() -> None:
                nonlocal sent
                sent += 1
                advance()

            is_complete = replay.send(per_second, interrupt, acknowledged)
    except KeyboardInterrupt:
        is_complete = False
    except ConnectorError as error:
        stop(exit_of(error), f"Stopped after {sent} of {left}: {error} {go_on}")
    if not is_complete:
        stop(Exit.ATTENTION, f"Interrupted after {sent} of {left}. {go_on}")
    return sent


def show_plan(plan: Plan, *, sent: int | None, now: datetime) -> None:
    """Print what was replayed, or would be where ``sent`` is ``None``."""
    if plan.tally.groups():
        print_table(
            [
                {
                    "stage": group.stage,
                    "code": group.code,
                    "count": group.count,
                    "oldest": age(group.oldest, now),
                    "money": money(group.totals, group.unknown),
                }
                for group in plan.tally.groups()
            ]
        )
    done = "Would replay" if sent is None else f"Replayed {sent} of"
    at_stake = money(*plan.tally.total())
    say(f"{done} {plan.selected} record(s){': ' + at_stake if at_stake else ''}.")
    for why, count in plan.left_out.items():
        say(f"Left out: {count} {why}.")
    for case in plan.impossible:
        name = f"failure {case['failure_id'][:12]} of invoice {case['invoice_id']}"
        say(f"Cannot be replayed: {name}: {case['why']}")
    for key, why in plan.unreadable.items():
        say(f"Left out: the archived object {key} {why}.")
