"""A list fits on any terminal, with one line per row, and no id is cut."""

import pytest
from rich.cells import cell_len

from invoice_cli.output import MIN_CUT, fitted

SPARE = ("stage", "invoice", "age", "money")
ROWS = [
    {
        "failure": "0123456789ab",
        "age": "12d 4h",
        "stage": "formatter",
        "code": code,
        "invoice": "5b8d9c3e-3b1f-4c52-9a5e-0f6c1d2e3a4b",
        "money": "147,294.00 USD",
        "reason": reason,
    }
    for code, reason in (
        ("items-not-mapped", "Products without an item id: 日本 " + "x" * 100),
        ("held", "No."),
    )
]


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_every_row_is_one_line_that_fits(width: int) -> None:
    lines = fitted(ROWS, width, cut="reason", spare=SPARE)

    assert len(lines) == 3
    assert max(map(cell_len, lines)) <= width
    assert all("0123456789ab" in line for line in lines[1:])
    assert "Products without" in lines[1]


def test_an_id_is_shown_whole_or_not_at_all() -> None:
    narrow, wide = (fitted(ROWS, width, cut="reason", spare=SPARE) for width in (80, 150))

    assert "5b8d9c3e" not in narrow[1]
    assert "147,294.00 USD" in narrow[1]
    assert "5b8d9c3e-3b1f-4c52-9a5e-0f6c1d2e3a4b" in wide[1]


def test_a_cell_is_shortened_only_if_it_does_not_fit_and_shows_it() -> None:
    lines = fitted(ROWS, 120, cut="reason", spare=SPARE)

    assert lines[1].endswith("…")
    assert lines[2].endswith("No.")


def test_the_narrowest_terminal_keeps_id_code_and_the_beginning_of_the_reason() -> None:
    lines = fitted(ROWS, 20, cut="reason", spare=SPARE)

    assert lines[0].split() == ["failure", "code", "reason"]
    assert len(lines[1]) == len("0123456789ab  items-not-mapped  ") + MIN_CUT
