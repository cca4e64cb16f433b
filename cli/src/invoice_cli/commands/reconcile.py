"""``invoices reconcile``: are we complete?"""

from datetime import UTC, datetime
from typing import Annotated

import typer

from invoice_cli.exits import Exit, say
from invoice_cli.options import ListingOption, UntilOption
from invoice_cli.progress import progress
from invoice_cli.reconcile_report import show
from invoice_creator.settings import CreatorSettings
from invoice_operations.kafka_clients import publisher
from invoice_operations.metronome_reader import MetronomeReader, patiently
from invoice_operations.pace import Pace, parse_rate
from invoice_operations.provider_lookup import find, providers
from invoice_operations.reconcile.comparison import Held
from invoice_operations.reconcile.fixing import enqueue_lost
from invoice_operations.reconcile.reconciler import AskProvider, Reconciler, Window
from invoice_operations.settings import ReconcileSettings
from invoice_operations.times import parse_moment, parse_window
from invoice_operations.view.topic_reader import TopicReader
from invoice_shared.clock import SystemClock
from invoice_shared.outcome import Outcome
from invoice_shared.settings import load


def reconcile(
    since: Annotated[str, typer.Option(help="Invoices issued from this time on: 48h, or ISO 8601 (UTC).")],
    *,
    until: UntilOption = None,
    fix: Annotated[bool, typer.Option("--fix", help="Enqueue what is missing, as its webhook would have.")] = False,
    ledger_only: Annotated[bool, typer.Option("--ledger-only", help="Do not ask the providers.")] = False,
    rate: Annotated[str, typer.Option(help="At most so many calls to Metronome, and to the providers.")] = "20/s",
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Calls at a time.")] = 4,
    output: ListingOption = "table",
) -> None:
    """Compare Metronome's finalized invoices with what was created, skipped or failed, and with the providers."""
    settings, now = load(ReconcileSettings), datetime.now(UTC)
    _begin, end = parse_window(since, until, now)
    window = Window(parse_moment(since, now), end or now)
    per_second = parse_rate(rate)
    ask = _nobody if ledger_only else _providers(per_second)
    metronome = MetronomeReader(settings, _pace(per_second))
    reconciler = Reconciler(metronome, TopicReader(settings), ask, settings, concurrency, now)
    with progress("customers", None) as walked, publisher(settings) as acknowledged:
        findings = reconciler.findings(window, walked)
        if fix:
            findings = enqueue_lost(findings, acknowledged, settings.raw_invoices_topic, now)
        totals = show(findings, output)
    if totals.for_a_person:
        raise SystemExit(int(Exit.ATTENTION))


def _providers(per_second: float) -> AskProvider:
    settings, pace = load(CreatorSettings), _pace(per_second)
    known = providers(settings, SystemClock())
    for name, why in known.left_out.items():
        say(f"{name} is not asked: {why}")

    def ask(outcome: Outcome) -> Held | None:
        provider = known.usable.get(outcome.destination or "")
        if provider is None:
            return None

        def look() -> Held:
            pace.wait()
            return Held(find(provider, outcome))

        return patiently(look, pace, settings.retry_backoff_max_seconds)

    return ask


def _nobody(_outcome: Outcome) -> None:
    """Ask no provider."""


def _pace(per_second: float) -> Pace:
    return Pace(per_second, SystemClock())
