import json

import pytest

from invoice_shared.harmless import (
    HARMFUL,
    harmless,
    harmless_cell,
    harmless_json,
    harmless_line,
)
from invoice_shared.serde import dumps, loads


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a\x1b[31mb", "a\ufffd[31mb", id="ESC"),
        pytest.param("a\x07\x08\x00\rb", "a\ufffd\ufffd\ufffd\ufffdb", id="C0"),
        pytest.param("a\x7fb", "a\ufffdb", id="DEL"),
        pytest.param("a\x9b31mb\x85", "a\ufffd31mb\ufffd", id="C1"),
        pytest.param(
            "a\u202eb\u2066c\u200fd\u061c", "a\ufffdb\ufffdc\ufffdd\ufffd", id="direction marks"
        ),
        pytest.param("a\n\tb ü € 😀 \u200d", "a\n\tb ü € 😀 \u200d", id="ordinary text stays"),
    ],
)
def test_no_text_can_steer_a_terminal(text: str, shown: str) -> None:
    assert harmless(text) == shown


def test_a_line_stays_one_line() -> None:
    assert harmless_line("a\r\n\tb\u2028c\x1b") == "a   b\ufffdc\ufffd"


def test_json_has_the_same_content_and_cannot_steer_a_terminal() -> None:
    tree = {chr(number): f"a{chr(number)}b" for number in HARMFUL}

    shown = harmless_json(dumps(tree).decode())

    assert not set(map(ord, shown)) & set(HARMFUL)
    assert loads(shown) == json.loads(shown) == tree


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        pytest.param("=1+1", "'=1+1", id="a formula"),
        pytest.param("+49 30 1", "'+49 30 1", id="a plus"),
        pytest.param("@SUM(A1)", "'@SUM(A1)", id="an at sign"),
        pytest.param("-2+3", "'-2+3", id="a minus"),
        pytest.param("-", "'-", id="a minus alone"),
        pytest.param("-\u0661", "'-\u0661", id="a minus before another script's digit"),
        pytest.param("-5\n", "'-5\n", id="a minus, and a second line"),
        pytest.param("\t=1", "'\t=1", id="a tab"),
        pytest.param("\r=1", "'\ufffd=1", id="a carriage return"),
        pytest.param("\n=1", "'\n=1", id="a line break"),
        pytest.param("\uff1d1", "'\uff1d1", id="a wide equals sign"),
        pytest.param("\uff0b1", "'\uff0b1", id="a wide plus"),
        pytest.param("\uff0d1", "'\uff0d1", id="a wide minus"),
        pytest.param("\uff20A1", "'\uff20A1", id="a wide at sign"),
        pytest.param("-12.50", "-12.50", id="a negative amount"),
        pytest.param("12.50", "12.50", id="an amount"),
        pytest.param("a=1", "a=1", id="a text"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_no_cell_is_calculated_by_a_spreadsheet(text: str, cell: str) -> None:
    assert harmless_cell(text) == cell
