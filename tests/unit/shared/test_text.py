"""What is pasted along with a text, and nobody sees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_shared.text import origin, visible, visible_id


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        pytest.param("cust_A", "cust_A", id="nothing to remove"),
        pytest.param("\ufeffcust_A\u200b", "cust_A", id="a byte order mark, a zero-width space"),
        pytest.param("a\u00a0b\tc\nd", "a b c d", id="every white space is a blank"),
        pytest.param("\u202eabc\u2066", "abc", id="direction marks"),
        pytest.param("a\x00b\x1bc", "abc", id="controls"),
        pytest.param("a\ud800b", "ab", id="half a character"),
        pytest.param("क्\u200dष", "क्\u200dष", id="a joiner shapes letters"),
        pytest.param("नमस्ते 日本 €", "नमस्ते 日本 €", id="any script"),
    ],
)
def test_what_a_person_sees(text: str, seen: str) -> None:
    assert visible(text) == seen


def test_an_id_holds_no_joiners_either() -> None:
    assert visible_id(" cust\u200d_A\u200c ") == "cust_A"


@given(st.text(st.characters()))
def test_it_can_be_sent_and_cleaning_again_changes_nothing(text: str) -> None:
    cleaned = visible(text)

    assert cleaned.encode().decode() == cleaned
    assert visible(cleaned) == cleaned


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("https://api.metronome.com/v1/x?y=z", "https://api.metronome.com"),
        ("http://user:password@127.0.0.1:8080/x", "http://127.0.0.1:8080"),
        ("https://[::1]:1/", "https://[::1]:1"),
    ],
)
def test_where_a_call_goes_is_told_without_path_and_password(url: str, where: str) -> None:
    assert origin(url) == where
