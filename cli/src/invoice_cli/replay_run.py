"""One run of a replay: what is said before, during and after; and how to go on after an interruption."""

import shlex
import signal
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from confluent_kafka import KafkaException

from invoice_cli.exits import Exit, say, stop
from invoice_cli.output import money, print_table
from invoice_cli.progress import progress
from invoice_operations.kafka_clients import publisher
from invoice_operations.pace import Pace
from invoice_operations.replay.marks import Mark
from invoice_operations.replay.plan import Plan
from invoice_operations.replay.sending import Done, done_by, send_all, without
from invoice_operations.replay.sources import Source
from invoice_operations.times import age
from invoice_operations.view.failure_book import ReadsTopics
from invoice_shared.clock import SystemClock
from invoice_shared.publishing import PublishFailed
from invoice_shared.settings import KafkaSettings


@dataclass(slots=True)
class Run:
    """``per_second`` caps the rate. A resumed run first looks what the interrupted one has done."""

    mark: Mark
    per_second: float | None
    is_resumed: bool
    _sent: int = 0

    def send(self, source: Source, plan: Plan, reader: ReadsTopics, settings: KafkaSettings) -> int:
        """Send what was planned; give the count of records that the broker acknowledged."""
        done = self._done(reader, settings)
        left = max(0, plan.selected - done.total())
        how_to_go_on = f"Go on with: {self._command()}"
        say(f"{self.mark.replay_id}: {left} records. If it is interrupted: {self._command()}")
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # a cluster's way to say Ctrl-C
        try:
            self._send(source, done, left, settings)
        except KeyboardInterrupt:
            stop(Exit.ATTENTION, f"Interrupted after {self._sent} of {left}. {how_to_go_on}")
        except (PublishFailed, KafkaException) as error:
            stop(Exit.UNREACHABLE, f"The broker stopped after {self._sent} of {left}: {error}. {how_to_go_on}")
        return self._sent

    def _done(self, reader: ReadsTopics, settings: KafkaSettings) -> Done:
        topics = (settings.raw_invoices_topic, settings.formatted_invoices_topic)
        return done_by(self.mark.replay_id, reader, topics) if self.is_resumed else Counter()

    def _send(self, source: Source, done: Done, left: int, settings: KafkaSettings) -> None:
        pace = Pace(self.per_second, SystemClock())
        with publisher(settings) as sender, progress("replayed", left) as advance:

            def acknowledged() -> None:
                self._sent += 1
                advance()

            send_all(without(done, source.outgoing(self.mark)), sender, pace, acknowledged)

    def _command(self) -> str:
        given = ["invoices", *sys.argv[1:]]
        return shlex.join(given if self.is_resumed else [*given, "--resume", self.mark.replay_id])


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
