"""``invoices failures``: what is unresolved and why."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from invoice_cli.exits import say
from invoice_cli.options import (
    CodeOption,
    CustomerOption,
    DestinationOption,
    InvoiceOption,
    ListingOption,
    SinceOption,
    StageOption,
    UntilOption,
    selection,
)
from invoice_cli.output import Listing, money, print_csv, print_json, print_table
from invoice_operations.failure_documents import COLUMNS, documents, row
from invoice_operations.installation import Installation
from invoice_operations.tally import tally
from invoice_operations.times import age
from invoice_operations.view.cases import Case
from invoice_operations.view.failure_book import FailureBook
from invoice_operations.view.finding import find_case


def failures(
    failure_id: Annotated[str | None, typer.Argument(help="Show this one in full; its first digits do.")] = None,
    *,
    code: CodeOption = None,
    stage: StageOption = None,
    destination: DestinationOption = None,
    invoice_id: InvoiceOption = None,
    customer_id: CustomerOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    every: Annotated[bool, typer.Option("--all", help="Resolved ones too.")] = False,
    single: Annotated[bool, typer.Option("--list", help="One line a failure instead of groups.")] = False,
    output: ListingOption = "table",
) -> None:
    """Show what failed and is not resolved: grouped by code, one by one, or a single failure in full."""
    now = datetime.now(UTC)
    chosen = selection(
        now,
        since=since,
        until=until,
        invoice_id=invoice_id,
        customer_id=customer_id,
        code=code,
        stage=stage,
        destination=destination,
        state="all" if every or failure_id else "open",
    )
    book = Installation().failures()
    cases = book.select(chosen)
    if failure_id is not None:
        _show_one(book, find_case(cases, failure_id), output)
    elif output == "json":
        print_json(documents(book, cases))
    elif output == "csv":
        print_csv(map(row, cases), COLUMNS)
    elif not cases:
        say("Nothing is unresolved." if not every else "Nothing has failed.")
    elif single:
        print_table([_short_row(case, now) for case in cases])
    else:
        _show_groups(cases, now)


def _show_groups(cases: list[Case], now: datetime) -> None:
    print_table(
        [
            {
                "stage": each.stage,
                "code": each.code,
                "count": each.count,
                "oldest": age(each.oldest, now),
                "newest": age(each.newest, now),
                "money": money(each.totals, each.unknown),
                "for example": each.example,
            }
            for each in tally(cases).groups()
        ]
    )
    say("One by one: invoices failures --list. What each code means: docs/runbook.md.")


def _short_row(case: Case, now: datetime) -> dict[str, Any]:
    return {
        "failure": case.failure_id[:12],
        "age": age(case.failed_at, now),
        "stage": case.stage,
        "code": case.code if case.state == "open" else f"{case.code} ({case.state})",
        "invoice": case.invoice_id,
        "money": "" if case.total is None else f"{case.total:,f} {case.currency}",
        "reason": case.reason,
    }


def _show_one(book: FailureBook, case: Case, output: Listing) -> None:
    (document,) = documents(book, [case])
    if output == "table":
        shown = {name: value for name, value in document.items() if value is not None and name != "schema_version"}
        print_table([{"field": name, "value": value} for name, value in shown.items()])
    else:
        print_json(document)
