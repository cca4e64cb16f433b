"""How findings are shown.

People and spreadsheets read money with the digits of its currency, programs as it was stated.
"""

from dataclasses import replace
from decimal import Decimal

import pytest

from invoice_cli.output import Listing
from invoice_cli.reconcile_report import show
from invoice_operations.reconcile.finding import Finding

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

    shown = capsys.readouterr().out.replace(",", " ").replace(":", " ").split()
    assert {total, held} <= set(shown)


def test_money_of_the_sums(capsys: pytest.CaptureFixture[str]) -> None:
    yen = replace(FOUND, currency="JPY", money=(("finalized", "JPY", Decimal("1500.00")),))

    show([FOUND, yen], "table")

    dollars, yens = (line.split() for line in capsys.readouterr().out.splitlines()[-2:][::-1])
    assert (dollars[:3], dollars[-1]) == (["USD", "147,294.00", "0.00"], "147,294.00")
    assert (yens[:3], yens[-1]) == (["JPY", "1,500", "0"], "1,500")
