import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from rich.console import Console

from invoice_cli.output import (
    MAX_IN_MEMORY,
    Row,
    print_csv,
    print_json,
    print_json_rows,
    show,
    table,
)
from invoice_operations.errors import NeedsAttention
from invoice_operations.tally import money

ROW = {
    "name": "a",
    "total": Decimal("1E+3"),
    "at": datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
    "note": None,
}


def test_json_is_one_document_with_money_and_times_as_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_json([ROW, {"nested": {"totals": (Decimal("0.10"),)}}])

    assert capsys.readouterr().out == (
        '[{"name":"a","total":"1000","at":"2026-03-01T09:30:00.000Z","note":null},{"nested":{"totals":["0.10"]}}]\n'
    )


def test_csv_has_a_header_and_one_line_per_row(capsys: pytest.CaptureFixture[str]) -> None:
    print_csv([ROW, ROW | {"name": 'b, "c"'}], list(ROW))

    out = capsys.readouterr().out.splitlines()
    assert out[0] == "name,total,at,note"
    assert out[2] == '"b, ""c""",1000,2026-03-01T09:30:00.000Z,'


def test_csv_without_rows_is_the_header(capsys: pytest.CaptureFixture[str]) -> None:
    print_csv([], ("name", "total"))

    assert capsys.readouterr().out == "name,total\n"


@pytest.mark.parametrize(("count", "lines"), [(0, ["[]"]), (2, ['[{"id":"0"},', '{"id":"1"}]'])])
def test_rows_are_one_json_document_with_one_line_per_row(
    capsys: pytest.CaptureFixture[str], count: int, lines: list[str]
) -> None:
    print_json_rows({"id": str(number)} for number in range(count))

    assert capsys.readouterr().out.splitlines() == lines


@pytest.mark.parametrize(
    "show_rows", [print_json_rows, lambda rows: print_csv(rows, ["id"])], ids=["json", "csv"]
)
def test_nothing_is_printed_of_rows_that_break_off(
    capsys: pytest.CaptureFixture[str], show_rows: Callable[[Iterator[Row]], None]
) -> None:
    def cut_off() -> Iterator[Row]:
        yield {"id": "x" * MAX_IN_MEMORY}
        raise NeedsAttention("gone")

    with pytest.raises(NeedsAttention, match="gone"):
        show_rows(cut_off())

    assert capsys.readouterr().out == ""


def test_in_a_pipe_a_row_is_one_line_however_long(capsys: pytest.CaptureFixture[str]) -> None:
    show([ROW | {"note": "[3]\n\x1b" + "x" * 500}], "table")

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert "[3] \ufffd" + "x" * 500 in lines[1]


@pytest.mark.parametrize(
    ("totals", "unknown", "said"),
    [
        (
            {"USD": Decimal("1250.00"), "EUR": Decimal(10)},
            2,
            "EUR 10.00, USD 1,250.00 and 2 of unknown total",
        ),
        ({}, 3, "3 of unknown total"),
        ({}, 0, ""),
    ],
)
def test_money_is_listed_by_currency(totals: dict[str, Decimal], unknown: int, said: str) -> None:
    assert money(totals, unknown) == said


def test_a_narrow_terminal_shortens_sentences_before_ids() -> None:
    shown = io.StringIO()
    row = {
        "invoice": "5b8d9c3e-3b1f-4c52-9a5e-0f6c1d2e3a4b",
        "reason": "Products without an item id. " * 9,
    }

    Console(file=shown, width=80).print(table([row, row]))

    assert shown.getvalue().count(row["invoice"]) == 2
