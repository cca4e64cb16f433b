"""``invoices readiness``: what would fail if it were finalized."""

from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Annotated, Any

import typer

from invoice_cli.exits import Exit, remark
from invoice_cli.installation import installation as this_installation
from invoice_cli.installation import metronomes_customer
from invoice_cli.options import CustomerOption, ListingOption, selection
from invoice_cli.output import Listing, print_csv, print_json_rows, print_list, print_text
from invoice_cli.progress import progress
from invoice_operations.amounts import amount_text, in_minor_units
from invoice_operations.options import parse_rate
from invoice_operations.readiness.causes import Causes
from invoice_operations.readiness.judged import COLUMNS, Judged
from invoice_operations.readiness.run import ReadinessRequest
from invoice_operations.readiness.run import readiness as run


def readiness(
    since: Annotated[
        str, typer.Option(help="Check invoices issued since then: 30d, or ISO 8601 (UTC).")
    ],
    *,
    customer_id: CustomerOption = None,
    ask_providers: Annotated[
        bool,
        typer.Option(
            "--ask-providers",
            help="Also ask the providers whether customers and items exist and are active.",
        ),
    ] = False,
    rate: Annotated[
        str, typer.Option(help="Maximum rate of calls to Metronome, and to the providers.")
    ] = "20/s",
    concurrency: Annotated[
        int, typer.Option(min=1, max=64, help="Maximum calls at the same time.")
    ] = 4,
    output: ListingOption = "table",
) -> None:
    """Show each customer, product and currency that an invoice or a draft would fail on.

    Sends nothing.

    Exits 1 if an invoice would fail, 3 if one could not be read or a provider did not answer.
    """
    now, per_second, installation = datetime.now(UTC), parse_rate(rate), this_installation(output)
    if customer_id is not None:
        customer_id = metronomes_customer(customer_id, installation)
    chosen = selection(now, since=since, customer_id=customer_id)
    causes = Causes(providers_asked=ask_providers)
    with progress("customers", None, output) as walked:
        request = ReadinessRequest(chosen, per_second, concurrency, ask_providers)
        _show(run(request, installation, walked), causes, output)
    if output == "table":
        _show_causes(causes)
    for problem in causes.problems:
        remark(f"Not known: {problem}", output)
    remark(causes.in_words(), output)
    if causes.states["unknown"]:
        raise SystemExit(int(Exit.UNREACHABLE))
    if causes.states["fails"]:
        raise SystemExit(int(Exit.ATTENTION))


def _show(judged: Iterator[Judged], causes: Causes, output: Listing) -> None:
    rows = (row for each in _counted(judged, causes) for row in each.rows())
    if output == "json":
        print_json_rows(rows)
    elif output == "csv":
        print_csv(map(_in_minor_units, rows), COLUMNS)
    else:
        deque(rows, maxlen=0)


def _counted(judged: Iterator[Judged], causes: Causes) -> Iterator[Judged]:
    for each in judged:
        causes.add(each)
        yield each


def _in_minor_units(row: dict[str, Any]) -> dict[str, Any]:
    return (
        row
        if row["total"] is None
        else row | {"total": in_minor_units(row["total"], row["currency"])}
    )


def _show_causes(causes: Causes) -> None:
    """Print what has to be corrected, by code, each below the reason that a failure would give."""
    for (code, _kind), rows in groupby(causes.rows(), itemgetter("code", "kind")):
        lines = list(rows)
        print_text(f"{code}: {lines[0]['detail']}")
        print_list([_line(row) for row in lines], cut="about", spare=("example", "invoices"))
        print_text("")


def _line(row: dict[str, Any]) -> dict[str, Any]:
    return {
        row["kind"]: row["name"] or row["example"],
        "invoices": row["invoices"],
        "money": f"{amount_text(row['total'], row['currency'])} {row['currency'] or ''}",
        "example": row["example"],
        "about": row["title"] or row["detail"],
    }
