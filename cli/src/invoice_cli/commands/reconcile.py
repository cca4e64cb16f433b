"""``invoices reconcile``: are we complete?"""

from datetime import UTC, datetime
from typing import Annotated

import typer

from invoice_cli.exits import Exit, say
from invoice_cli.installation import installation as this_installation
from invoice_cli.options import ListingOption, UntilOption, selection
from invoice_cli.progress import progress
from invoice_cli.reconcile_report import show
from invoice_operations.asked_providers import AskedProviders
from invoice_operations.options import parse_rate
from invoice_operations.reconcile.fixing import enqueue_lost
from invoice_operations.reconcile.reconciler import AskProvider, Reconciler, nobody_asked
from invoice_operations.settings import ReconcileSettings


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
    installation, now = this_installation(), datetime.now(UTC)
    settings = installation.settings(ReconcileSettings)
    chosen = selection(now, since=since, until=until)
    per_second = parse_rate(rate)
    ask = nobody_asked if ledger_only else _asking(installation.providers(per_second))
    metronome = installation.metronome(per_second)
    reconciler = Reconciler(metronome, installation.reader(), installation.view(), ask, settings, concurrency, now)
    with progress("customers", None) as walked, installation.publisher() as acknowledged:
        findings = reconciler.findings(chosen, walked)
        if fix:
            findings = enqueue_lost(findings, acknowledged, settings.raw_invoices_topic, now)
        totals = show(findings, output)
    if totals.for_a_person:
        raise SystemExit(int(Exit.ATTENTION))


def _asking(providers: AskedProviders) -> AskProvider:
    for name, why in providers.left_out.items():
        say(f"{name} is not asked: {why}")
    return providers.held
