"""``invoices failures``: what is unresolved, and why."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from invoice_cli.exits import say
from invoice_cli.failure_text import SHORT_ID, failure_text, money_text, reason_text
from invoice_cli.installation import installation as this_installation
from invoice_cli.installation import whole_customer, whole_id
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
from invoice_cli.output import print_csv, print_json, print_list, print_table, print_text
from invoice_operations.amounts import in_minor_units
from invoice_operations.errors import InvalidRequest
from invoice_operations.failure_documents import COLUMNS, documents, row
from invoice_operations.resolutions import NOBODY, ClosedBy, closed_by
from invoice_operations.tally import Group, money
from invoice_operations.times import age
from invoice_operations.view.cases import Case
from invoice_operations.view.id_lookup import find_case

# The columns that a narrow terminal leaves out, in this order.
SPARE = ("stage", "invoice", "age", "money")


def failures(
    failure_id: Annotated[
        str | None, typer.Argument(help="Show this failure in full; the first digits are enough.")
    ] = None,
    *,
    code: CodeOption = None,
    stage: StageOption = None,
    destination: DestinationOption = None,
    invoice_id: InvoiceOption = None,
    customer_id: CustomerOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    every: Annotated[bool, typer.Option("--all", help="Include resolved failures.")] = False,
    single: Annotated[
        bool, typer.Option("--list", help="Print one line per failure instead of groups.")
    ] = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="With a failure id: print its record as JSON.")
    ] = False,
    output: ListingOption = "table",
) -> None:
    """Show unresolved failures: grouped by code, one per line, or one in full."""
    if raw and failure_id is None:
        raise InvalidRequest("--raw needs a failure id: it shows the record of one failure.")
    now, installation = datetime.now(UTC), this_installation(output)
    chosen = selection(
        now,
        since=since,
        until=until,
        invoice_id=whole_id(invoice_id, installation),
        customer_id=whole_customer(customer_id, installation),
        code=code,
        stage=stage,
        destination=destination,
        state="all" if every or failure_id else "open",
    )
    view = installation.view()
    if failure_id is not None:
        case = find_case(view.named(failure_id), failure_id)
        (document,) = documents(installation.reader(), [case])
        if raw or output != "table":
            print_json(document)
        else:
            print_text(
                failure_text(
                    case, document, closed_by(view, [case]).get(case.failure_id, NOBODY), now
                )
            )
        return
    if output == "table" and not single:
        _show_groups(view.groups(chosen), now, every=every)
        return
    cases = view.failures(chosen)
    closed = {case.failure_id: NOBODY for case in cases} | closed_by(view, cases)
    if output == "json":
        found = documents(installation.reader(), cases)
        print_json([each | closed[each["failure_id"]]._asdict() for each in found])
    elif output == "csv":
        rows = (_csv_row(case) | closed[case.failure_id]._asdict() for case in cases)
        print_csv(rows, (*COLUMNS, *ClosedBy._fields))
    elif not cases:
        _say_nothing(every=every)
    else:
        print_list(
            [_short_row(case, closed[case.failure_id], now) for case in cases],
            cut="reason",
            spare=SPARE,
        )
        say("See one in full with: invoices failures FAILURE_ID")


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
    say("List them with: invoices failures --list. docs/runbook.md explains each code.")


def _csv_row(case: Case) -> dict[str, Any]:
    total = None if case.total is None else in_minor_units(case.total, case.currency)
    return row(case) | {"total": total}


def _short_row(case: Case, closed: ClosedBy, now: datetime) -> dict[str, Any]:
    return {
        "failure": case.failure_id[:SHORT_ID],
        "age": age(case.failed_at, now),
        "stage": case.stage,
        "code": case.code if case.state == "open" else f"{case.code} ({case.state})",
        "invoice": case.invoice_id,
        "money": money_text(case),
        "reason": reason_text(case, closed),
    }
