"""One run of a replay as an operator sees it, with the command that continues it."""

import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import typer

from invoice_cli.exits import Exit, exit_of, remark, say, stop
from invoice_cli.interrupt import Interrupt, give_up
from invoice_cli.output import Output, print_table
from invoice_cli.progress import progress
from invoice_operations.replay.following import Results
from invoice_operations.replay.plan import Plan
from invoice_operations.replay.run import Replay
from invoice_operations.tally import money
from invoice_operations.times import age
from invoice_shared.errors import ConnectorError


@dataclass(slots=True)
class Run:
    """Puts the planned records back, and follows them to their results.

    ``command`` continues it if it is interrupted. ``look_again`` says how to see its results later.
    """

    replay: Replay
    plan: Plan
    command: str
    look_again: str
    output: Output
    sent: int = 0
    results: Results | None = None
    _before: int = field(init=False)

    def __post_init__(self) -> None:
        self._before = self.replay.put_back

    def carry_out(self, per_second: float | None, wait_seconds: float | None) -> None:
        """Send, and follow for ``wait_seconds`` unless they are ``None``.

        Ends the process if it stops early.
        """
        interrupt = Interrupt(insisted=give_up)
        if self.plan.selected:
            self._send(per_second, interrupt)
        if self.replay.put_back and wait_seconds is not None:
            self._follow(wait_seconds, interrupt)

    @property
    def is_good(self) -> bool:
        """Return whether everything is done, as far as it was followed."""
        return self.results is None or self.results.is_good

    def document(self) -> dict[str, Any]:
        """Return the run as a JSON tree."""
        return {
            "replayed": self.sent,
            "replayed_before": self._before,
            "outcomes": None if self.results is None else self.results.document(),
        }

    def tell(self, *, dry_run: bool) -> None:
        """Print what was put back, its results, and what could not be read."""
        if not dry_run:
            self._tell()
        for key, why in self.plan.unreadable.items():
            say(f"Left out: the archived object {key} {why}.")

    def _tell(self) -> None:
        before = f" ({self._before} before it was interrupted)" if self._before else ""
        say(f"Replayed {self.sent} of {self.plan.selected} record(s){before}.")
        if self.results is None:
            return
        say(f"{_outcome(self.results)}.")
        if self.results.failed:
            say("See what failed, and why, with: invoices failures --list")
        if self.results.waiting:
            say(f"See what waits with: invoices console. {self.look_again}")

    def _send(self, per_second: float | None, interrupt: Interrupt) -> None:
        planned = self.plan.selected
        remark(
            f"{self.replay.id}: {planned} record(s). If it is interrupted, continue with:"
            f" {self.command}",
            self.output,
        )
        try:
            with progress("replayed", planned, self.output) as advance:

                def acknowledged() -> None:
                    self.sent += 1
                    advance()

                is_complete = self.replay.send(per_second, interrupt, acknowledged)
        except KeyboardInterrupt:
            is_complete = False
        except ConnectorError as error:
            stop(
                exit_of(error),
                f"Stopped after {self.sent} of {planned}: {error} Continue with: {self.command}",
            )
        if not is_complete:
            stop(
                Exit.ATTENTION,
                f"Interrupted after {self.sent} of {planned}. Continue with: {self.command}",
            )

    def _follow(self, seconds: float, interrupt: Interrupt) -> None:
        total, known = self.replay.put_back, Results(waiting=self.replay.put_back)
        try:
            with progress("settled", total, self.output) as advance:

                def looked(results: Results) -> None:
                    nonlocal known
                    advance(results.ended - known.ended)
                    known = results

                self.results = self.replay.follow(seconds, interrupt, looked)
        except KeyboardInterrupt:
            pass
        except ConnectorError as error:
            stop(
                exit_of(error),
                f"{self._so_far(known)} Their results are not followed any further: {error}"
                f" {self.look_again}",
            )
        if known.waiting and interrupt.is_set():
            stop(Exit.ATTENTION, f"Interrupted. {self._so_far(known)} {self.look_again}")

    def _so_far(self, known: Results) -> str:
        return f"All {self.replay.put_back} record(s) were put back: {_outcome(known)}."


def confirm(question: str) -> None:
    """Ask on a terminal, and end the process if the answer is no. In a pipe, do not ask."""
    if sys.stdin.isatty() and sys.stderr.isatty() and not typer.confirm(question, err=True):
        stop(Exit.ATTENTION, "Nothing was replayed.")


def show_plan(plan: Plan, now: datetime) -> None:
    """Print what is replayed and what is left out."""
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
    if plan.selected:
        at_stake = money(*plan.tally.total())
        say(f"To replay: {plan.selected} record(s){': ' + at_stake if at_stake else ''}.")
    for why, count in plan.left_out.items():
        say(f"Left out: {count} {why}.")
    for case in plan.impossible:
        name = f"failure {case['failure_id'][:12]} of invoice {case['invoice_id']}"
        say(f"Cannot be replayed: {name}: {case['why']}")


def _outcome(results: Results) -> str:
    """Return the records by their results: ``1 created, 2 failed again (2 items-not-mapped)``."""
    parts = {
        "created": (results.created, ""),
        "skipped": (results.skipped.total(), _by_code(results.skipped)),
        "failed again": (results.failed.total(), _by_code(results.failed)),
        "still waiting": (results.waiting, ""),
    }
    return (
        ", ".join(f"{count} {what}{codes}" for what, (count, codes) in parts.items() if count)
        or "nothing"
    )


def _by_code(counts: Counter[str]) -> str:
    return (
        f" ({', '.join(f'{count} {code}' for code, count in counts.most_common())})"
        if counts
        else ""
    )
