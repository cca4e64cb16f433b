from dataclasses import replace

import pytest

from invoice_operations.errors import InvalidRequest, NotFound
from invoice_operations.view.cases import Place, case_of
from invoice_operations.view.finding import find_case
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
        pytest.param("ffffffff", NotFound, "No failure ffffffff", id="nobody's digits"),
    ],
)
def test_anything_else_is_refused(given: str, error: type[ConnectorError], said: str) -> None:
    with pytest.raises(error, match=said):
        find_case([CASE, TWIN], given)
