"""How findings are shown.

People and spreadsheets read money with the digits of its currency, programs as it was stated.
"""

from dataclasses import replace
from decimal import Decimal
from typing import get_args

import pytest
from rich.box import HEAVY_HEAD
from rich.cells import cell_len
from rich.console import Console

from invoice_cli.output import Listing, fitted, table
from invoice_cli.reconcile_report import COLUMNS, SPARE, show, turned
from invoice_operations.reconcile.finding import Finding, State

FOUND = Finding(
    "i-1",
    "c-1",
    "netsuite",
    "total-mismatch",
    "",
    currency="USD",
    total=Decimal("147294.0"),
    held=Decimal(0),
    money=(("finalized", "USD", Decimal("147294.0")), ("at the providers", "USD", Decimal(0))),
)


@pytest.mark.parametrize(
    ("output", "total", "held"),
    [("table", "147294.00", "0.00"), ("csv", "147294.00", "0.00"), ("json", '"147294.0"', '"0"')],
)
def test_money_of_a_finding(
    output: Listing, total: str, held: str, capsys: pytest.CaptureFixture[str]
) -> None:
    show([FOUND], output)

    printed = capsys.readouterr()
    assert ("finding(s)" in printed.err) == (output == "table")
    shown = printed.out.replace(",", " ").replace(":", " ").split()
    assert {total, held} <= set(shown)


def test_money_of_the_sums(capsys: pytest.CaptureFixture[str]) -> None:
    yen = replace(FOUND, currency="JPY", money=(("finalized", "JPY", Decimal("1500.00")),))

    show([FOUND, yen], "table")

    dollars, yens = (line.split() for line in capsys.readouterr().out.splitlines()[-2:][::-1])
    assert (dollars[:3], dollars[-1]) == (["USD", "147,294.00", "0.00"], "147,294.00")
    assert (yens[:3], yens[-1]) == (["JPY", "1,500", "0"], "1,500")


UUID = "5b8d9c3e-3b1f-4c52-9a5e-0f6c1d2e3a4b"


@pytest.mark.parametrize("state", get_args(State))
def test_on_eighty_columns_a_finding_is_one_line_with_its_whole_id(state: State) -> None:
    row = {
        name: {"state": state, "detail": "A sentence that says what is wrong. " * 3}.get(name, UUID)
        for name in COLUMNS
    }

    _heading, line = fitted([row], 80, cut="detail", spare=SPARE)

    assert line.startswith(UUID)
    assert (state in line, "A sentence" in line) == (True, True)
    assert cell_len(line) <= 80


def test_customers_whose_invoices_could_not_be_listed_are_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show([replace(FOUND, invoice_id=None, state="unknown")], "table")

    assert "customer c-1" in capsys.readouterr().out


def test_on_eighty_columns_no_sum_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("finalized in Metronome", "rightly not billed", "unexplained")
    sums = [
        {"currency": code} | dict.fromkeys(names, f"{number}47,294,000.00")
        for number, code in enumerate(("CHF", "EUR", "GBP", "Galactic Tokens"), 1)
    ]

    for each in turned(sums):
        laid_out = table(each)
        laid_out.box = HEAVY_HEAD
        Console(width=80).print(laid_out)

    shown = capsys.readouterr().out
    assert all(shown.count(f"{number}47,294,000.00") == len(names) for number in range(1, 5))
    assert all(name in shown for name in names)
    assert max(map(len, shown.splitlines())) <= 80
