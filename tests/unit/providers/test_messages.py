"""The texts that all providers share: visible cuts, figures that stay, and where a refused id comes
from.
"""

from typing import Any

import pytest

from invoice_providers.messages import advice, clean, cut, described, figures, memo
from tests.builders import CUSTOMER_ID, INVOICE_ID, formatted_invoice, line_item


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        pytest.param("abcd", 4, "abcd", id="a text that fits is kept"),
        pytest.param("abcde", 4, "abc…", id="a text that does not fit is cut visibly"),
        pytest.param("abcde", None, "abcde", id="without a limit nothing is cut"),
        pytest.param("ab😀", 4, "ab😀", id="an emoji counts twice"),
        pytest.param("ab😀c", 4, "ab…", id="an emoji is not cut in half"),
        pytest.param("😀😀😀", 5, "😀😀…", id="only whole ones of several stay"),
    ],
)
def test_a_long_text_is_cut(text: str, limit: int | None, kept: str) -> None:
    assert cut(text, limit) == kept


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        pytest.param(
            {"quantity": "1E+3", "unit_price": "0.000015"},
            "1000 x 0.000015",
            id="without exponents",
        ),
        pytest.param({"quantity": None}, "", id="no quantity"),
        pytest.param({"unit_price": None}, "", id="no price"),
    ],
)
def test_figures_are_quantity_and_price(changes: dict[str, Any], shown: str) -> None:
    assert figures(line_item(**changes)) == shown


@pytest.mark.parametrize(
    ("name", "limit", "shown"),
    [
        pytest.param("API calls", 100, "API calls (1000 x 0.1)", id="name and figures"),
        pytest.param(
            "n" * 100, 20, "nnnnnn… (1000 x 0.1)", id="a long name is cut, the figures stay"
        ),
        pytest.param("n" * 100, 5, "… (1…", id="never longer than the limit"),
    ],
)
def test_a_line_is_described(name: str, limit: int, shown: str) -> None:
    assert described(line_item(name=name), limit) == shown


def test_without_figures_a_description_is_the_name() -> None:
    assert described(line_item(quantity=None), 100) == "API calls"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        pytest.param({}, f"Metronome invoice {INVOICE_ID}", id="the invoice"),
        pytest.param(
            {"regenerated_from_invoice_id": "old"},
            f"Metronome invoice {INVOICE_ID}, replaces old",
            id="a reissue",
        ),
        pytest.param(
            {"corrected_invoice_id": "old"},
            f"Metronome invoice {INVOICE_ID}, corrects old",
            id="a correction",
        ),
    ],
)
def test_a_memo_names_the_metronome_invoice(changes: dict[str, Any], text: str) -> None:
    assert memo(formatted_invoice(**changes)) == text


@pytest.mark.parametrize(
    ("said", "named"),
    [
        pytest.param(
            "Items element id 502 not found", ["Item 502", '"Seats"', "product p-2"], id="an item"
        ),
        pytest.param(
            "nothing under 503",
            ["Item 503", 'ITEM_ID_BY_LINE_TYPE for "commit"'],
            id="an item by line type",
        ),
        pytest.param(
            "no 502, no 1042",
            ["Item 502", "1042 is the id of the customer", CUSTOMER_ID],
            id="both",
        ),
    ],
)
def test_advice_says_where_an_id_comes_from(said: str, named: list[str]) -> None:
    seats = line_item(name="Seats", external_item_id="502", product_id="p-2")
    commit = line_item(external_item_id="503", product_id=None, line_type="commit")

    given = advice(formatted_invoice(line_items=(seats, commit)), said)

    assert [each for each in named if each not in given] == []


@pytest.mark.parametrize(
    "said", ["", "Field 5021 is wrong", "x502"], ids=["no text", "a longer id", "a word"]
)
def test_advice_is_empty_if_no_id_is_named(said: str) -> None:
    seats = line_item(external_item_id="502")

    assert advice(formatted_invoice(line_items=(seats,)), said) == ""


def test_invisible_characters_are_removed_and_lines_stay_lines() -> None:
    assert clean("PO\u200b 7\u00a0x\r\nsecond\ufeff") == "PO 7 x\nsecond"
    assert described(line_item(name="API\u200b calls", quantity=None), 100) == "API calls"
