"""Print the findings: all of them for a program, what needs work for people, and the sums."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from invoice_cli.exits import remark
from invoice_cli.output import Listing, print_csv, print_json_rows, print_list, print_table
from invoice_operations.amounts import in_minor_units
from invoice_operations.reconcile.finding import SHOWN, Finding, State
from invoice_operations.reconcile.totals import Totals

COLUMNS = SHOWN | {"is_enqueued": "is_enqueued"}
# The columns that a narrow terminal leaves out, in this order.
SPARE = (
    "is_enqueued",
    "document_id",
    "held_total",
    "customer_id",
    "destination",
    "currency",
    "total",
)
# Side by side on 80 columns, with amounts of up to 15 characters.
CURRENCIES = 3
FINE: frozenset[State] = frozenset({"created", "skipped", "resolved"})


def show(findings: Iterable[Finding], output: Listing) -> Totals:
    """Print the findings; return their counts and sums."""
    totals = Totals()
    passing = _counted(findings, totals)
    if output == "json":
        print_json_rows(map(_row, passing))
    elif output == "csv":
        print_csv(map(_row_in_minor_units, passing), list(COLUMNS))
    else:
        _show_to_people(passing, totals)
    states = ", ".join(f"{count} {state}" for state, count in totals.states.most_common())
    remark(f"{totals.states.total()} finding(s): {states or 'no invoice in this window'}.", output)
    if output != "table":
        for row in totals.rows():
            remark(", ".join(f"{name} {_figure(value)}" for name, value in row.items()), output)
    return totals


def _show_to_people(findings: Iterable[Finding], totals: Totals) -> None:
    if rows := [_row_for_people(finding) for finding in findings if finding.state not in FINE]:
        print_list(rows, cut="detail", spare=SPARE)
    sums = [{name: _figure(value) for name, value in row.items()} for row in totals.rows()]
    for each in turned(sums) if sys.stdout.isatty() else filter(None, [sums]):
        print_table(each)


def turned(sums: Sequence[dict[str, str]]) -> Iterator[list[dict[str, str]]]:
    """Yield tables with a line per sum and a column per currency: 80 columns break no amount."""
    for start in range(0, len(sums), CURRENCIES):
        batch = sums[start : start + CURRENCIES]
        yield [
            {"": name} | {row["currency"]: row[name] for row in batch}
            for name in batch[0]
            if name != "currency"
        ]


def _figure(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:,f}"


def _counted(findings: Iterable[Finding], totals: Totals) -> Iterator[Finding]:
    for finding in findings:
        totals.add(finding)
        yield finding


def _row(finding: Finding) -> dict[str, Any]:
    return {column: getattr(finding, field) for column, field in COLUMNS.items()}


def _row_for_people(finding: Finding) -> dict[str, Any]:
    """Return a row whose first cell names its subject: a narrow terminal shows no other id."""
    return _row_in_minor_units(finding) | {
        "invoice_id": finding.invoice_id or f"customer {finding.customer_id}"
    }


def _row_in_minor_units(finding: Finding) -> dict[str, Any]:
    amounts = {
        name: in_minor_units(amount, finding.currency)
        for name, amount in (("total", finding.total), ("held_total", finding.held))
        if amount is not None
    }
    return _row(finding) | amounts
