"""Lines without a type, as three of Metronome's own guides show them."""

from typing import Any

import pytest

from invoice_formatter.mapping.document import map_invoice
from invoice_shared.errors import Rejected
from tests.unit.formatter.builders import application, invoice, line, mapped, rules

COMMIT: dict[str, Any] = {"commit_id": "commit-1"}
NO_PERIOD: dict[str, Any] = {"starting_at": None, "ending_before": None}


@pytest.mark.parametrize(
    ("one", "line_type"),
    [
        pytest.param(line(), "usage", id="no sign of a type"),
        pytest.param(line(**COMMIT), "usage", id="usage that a commit will cover"),
        pytest.param(
            application(-5), "applied_commit_or_credit", id="an application, named as such"
        ),
        pytest.param(
            application(-5, applied_commit_or_credit=None, **COMMIT),
            "applied_commit_or_credit",
            id="an application, without quantity",
        ),
        pytest.param(line(scheduled_charge_id="s", **NO_PERIOD), "scheduled", id="a charge"),
        pytest.param(
            line(professional_service_id="s", **NO_PERIOD), "scheduled", id="a professional service"
        ),
        pytest.param(line(discount_id="s", **NO_PERIOD), "scheduled", id="a discount"),
        pytest.param(line(subscription_id="s"), "subscription", id="seats"),
        pytest.param(line(**COMMIT, **NO_PERIOD), "commit_purchase", id="the sale of a commit"),
        pytest.param(
            line(postpaid_commit={"id": "p"}), "commit_purchase", id="the rest of a postpaid commit"
        ),
    ],
)
@pytest.mark.parametrize("absent", [{}, {"type": None}, {"type": ""}])
def test_the_type_of_a_line_without_one_follows_from_its_fields(
    one: dict[str, Any], line_type: str, absent: dict[str, Any]
) -> None:
    bare = {name: value for name, value in one.items() if name != "type"} | absent

    assert invoice(bare).lines[0].type == line_type


def test_a_given_type_is_kept() -> None:
    assert invoice(line(type="brand_new", subscription_id="s")).lines[0].type == "brand_new"


def test_an_invoice_without_types_as_in_the_guides_is_billed() -> None:
    lines = [line(), application(-2_500), application(-1_000, "POSTPAID")]
    bare = [{name: value for name, value in one.items() if name != "type"} for one in lines]

    document = mapped(*bare, total=7_500)

    assert [one.line_type for one in document.line_items] == ["usage", "applied_commit_or_credit"]
    assert [one.reason for one in document.informational_lines] == ["postpaid-commit"]


def test_the_sum_check_has_the_last_word() -> None:
    bare = {
        name: value for name, value in application(-1_000, "POSTPAID").items() if name != "type"
    }

    with pytest.raises(Rejected) as refused:
        map_invoice(invoice(line(), bare, total=9_000), rules())

    assert refused.value.code == "totals-mismatch"
