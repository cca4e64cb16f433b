import re
from dataclasses import replace

import pytest

from invoice_operations.errors import InvalidRequest, NotFound
from invoice_operations.view.cases import Place, case_of
from invoice_operations.view.id_lookup import find_case, find_one, is_short
from invoice_shared.errors import ConnectorError
from tests.builders import failure

CASE = case_of(failure(failure_id="abcdef0123456789"), Place("invoice-errors", 0, 1))
TWIN = replace(CASE, failure_id="abcdef0199999999")


def test_the_first_digits_of_its_id_name_a_failure() -> None:
    assert find_case([CASE, TWIN], " ABCDEF012345 ") == CASE


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        pytest.param("abc", InvalidRequest, "at least the first 8", id="too few digits"),
        pytest.param("abcdef01", InvalidRequest, "2 failures begin", id="digits of two"),
        pytest.param("ffffffff", NotFound, "No failure ffffffff", id="unknown digits"),
    ],
)
def test_anything_else_is_refused(given: str, error: type[ConnectorError], said: str) -> None:
    with pytest.raises(error, match=said):
        find_case([CASE, TWIN], given)


@pytest.mark.parametrize(
    ("given", "is_beginning"),
    [
        ("5b8d9c3e", True),
        ("5b8d9c3e-3b1f-4c52-9a5e-0f6c1d2e3a4", True),
        ("5b8d9c3e-3b1f-4c52-9a5e-0f6c1d2e3a4b", False),
        ("5b8d9c3", False),
        ("invoice-17", False),
    ],
)
def test_a_truncated_uuid_is_the_beginning_of_an_invoice_id(given: str, is_beginning: bool) -> None:
    assert is_short(given) is is_beginning


@pytest.mark.parametrize(
    ("known", "found"),
    [
        pytest.param({"5b8d9c3e-3b1f"}, "5b8d9c3e-3b1f", id="the beginning of one"),
        pytest.param(set(), "5b8d9c3e", id="the beginning of none"),
        pytest.param({"5b8d9c3e", "5b8d9c3e-3b1f"}, "5b8d9c3e", id="a whole id"),
    ],
)
def test_an_invoice_is_named_by_the_beginning_of_its_id(known: set[str], found: str) -> None:
    assert find_one(known, "5b8d9c3e", "invoices") == found


def test_a_beginning_of_two_invoices_is_refused() -> None:
    said = "2 invoices begin with 5b8d9c3e; give more digits. They are 5b8d9c3e-1, 5b8d9c3e-2."

    with pytest.raises(InvalidRequest, match=re.escape(said)):
        find_one({"5b8d9c3e-2", "5b8d9c3e-1"}, "5b8d9c3e", "invoices")


def test_some_of_many_ids_with_the_same_beginning_are_named() -> None:
    with pytest.raises(InvalidRequest, match=r"^9 customers .* 5b8d9c3e-5, …\.$"):
        find_one({f"5b8d9c3e-{number}" for number in range(1, 10)}, "5b8d9c3e", "customers")
