"""``invoices failures``: what is unresolved and why."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from invoice_cli.exits import say
from invoice_cli.installation import installation as this_installation
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
from invoice_cli.output import Listing, print_csv, print_json, print_table
from invoice_operations.amounts import amount_text, in_minor_units
from invoice_operations.failure_documents import COLUMNS, documents, row
from invoice_operations.tally import Group, money
from invoice_operations.times import age
from invoice_operations.view.cases import Case
from invoice_operations.view.finding import find_case
from invoice_operations.view.records_of import ReadsTopics


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
    installation = this_installation(output)
    view = installation.view()
    if failure_id is not None:
        _show_one(installation.reader(), find_case(view.named(failure_id), failure_id), output)
        return
    if output == "table" and not single:
        _show_groups(view.groups(chosen), now, every=every)
        return
    cases = view.failures(chosen)
    if output == "json":
        print_json(documents(installation.reader(), cases))
    elif output == "csv":
        print_csv(map(_csv_row, cases), COLUMNS)
    elif not cases:
        _say_nothing(every=every)
    else:
        print_table([_short_row(case, now) for case in cases])


def _say_nothing(*, every: bool) -> None:
    say("Nothing is unresolved." if not every else "Nothing has failed.")


def _show_groups(groups: list[Group], now: datetime, *, every: bool) -> None:
    if not groups:
        _say_nothing(every=every)
        return
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
            for each in groups
        ]
    )
    say("One by one: invoices failures --list. What each code means: docs/runbook.md.")


def _csv_row(case: Case) -> dict[str, Any]:
    total = None if case.total is None else in_minor_units(case.total, case.currency)
    return row(case) | {"total": total}


def _short_row(case: Case, now: datetime) -> dict[str, Any]:
    return {
        "failure": case.failure_id[:12],
        "age": age(case.failed_at, now),
        "stage": case.stage,
        "code": case.code if case.state == "open" else f"{case.code} ({case.state})",
        "invoice": case.invoice_id,
        "money": "" if case.total is None else f"{amount_text(case.total, case.currency)} {case.currency}",
        "reason": case.reason if case.documents is None else f"{case.reason} Yet {case.documents} stands.",
    }


def _show_one(reader: ReadsTopics, case: Case, output: Listing) -> None:
    (document,) = documents(reader, [case])
    if output == "table":
        shown = {name: value for name, value in document.items() if value is not None and name != "schema_version"}
        print_table([{"field": name, "value": value} for name, value in shown.items()])
    else:
        print_json(document)
