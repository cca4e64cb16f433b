"""``invoices reconcile``: compare Metronome, the ledger and the providers."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from invoice_cli.exits import Exit, remark
from invoice_cli.installation import installation as this_installation
from invoice_cli.options import ListingOption, UntilOption, selection
from invoice_cli.output import Listing
from invoice_cli.progress import progress
from invoice_cli.reconcile_report import show
from invoice_cli.stray_report import tell_strays
from invoice_operations.asked_providers import AskedProviders, nobody
from invoice_operations.options import parse_rate
from invoice_operations.reconcile.run import ReconcileRequest
from invoice_operations.reconcile.run import reconcile as run


def reconcile(
    since: Annotated[
        str, typer.Option(help="Compare invoices issued since then: 48h, or ISO 8601 (UTC).")
    ],
    *,
    until: UntilOption = None,
    fix: Annotated[
        bool,
        typer.Option(
            "--fix",
            help="Enqueue missing invoices as their webhooks would have; delete stray drafts.",
        ),
    ] = False,
    ledger_only: Annotated[
        bool, typer.Option("--ledger-only", help="Do not ask the providers.")
    ] = False,
    rate: Annotated[
        str, typer.Option(help="Maximum rate of calls to Metronome, and to the providers.")
    ] = "20/s",
    concurrency: Annotated[
        int, typer.Option(min=1, max=64, help="Maximum calls at the same time.")
    ] = 4,
    output: ListingOption = "table",
) -> None:
    """Compare Metronome's finalized invoices with the ledger and with the providers.

    Exits 1 if an invoice is unexplained, 3 if a system could not be asked.
    """
    installation = this_installation(output)
    chosen, per_second = selection(datetime.now(UTC), since=since, until=until), parse_rate(rate)
    providers = (
        nobody(installation.clock)
        if ledger_only
        else _told(installation.providers(per_second), output)
    )
    request = ReconcileRequest(chosen, fix, per_second, concurrency)
    with progress("customers", None, output) as walked:
        totals = show(run(request, installation, providers, walked), output)
    now = installation.clock.now()
    is_asked = tell_strays(providers, installation.view(), chosen.since or now, now, fix=fix)
    if totals.states["unknown"] or not is_asked:
        raise SystemExit(int(Exit.UNREACHABLE))
    if totals.for_a_person:
        raise SystemExit(int(Exit.ATTENTION))


def _told(providers: AskedProviders, output: Listing) -> AskedProviders:
    for name, why in providers.left_out.items():
        remark(f"{name} is not asked: {why}", output)
    return providers
