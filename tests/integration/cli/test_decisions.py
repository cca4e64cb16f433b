"""People pause and resume destinations, and the audit knows it."""

import pytest

from tests.integration.cli.conftest import RunInvoices

pytestmark = pytest.mark.broker


def test_what_was_paused_and_resumed_is_in_the_audit(run_invoices: RunInvoices) -> None:
    paused = run_invoices("pause", "netsuite", "--why", "books are closed", "--by", "ada", "--output", "json")
    resumed = run_invoices("resume", "netsuite", "--by", "kim")

    audit = run_invoices("audit", "--output", "json")

    assert (paused.code, resumed.code, audit.code) == (0, 0, 0)
    assert [(each["kind"], each["subject"], each["by"], each["why"]) for each in audit.json] == [
        ("pause", "netsuite", "ada", "books are closed"),
        ("resume", "netsuite", "kim", None),
    ]
    assert paused.json[0]["subject"] == "netsuite"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("pause", "sap", "--why", "x"), '"sap" is none of', id="an unknown destination"),
        pytest.param(("pause", "netsuite", "--why", " "), "--why", id="no reason"),
        pytest.param(("pause", "netsuite", "--why", "x", "--by", " "), "--by", id="nobody"),
    ],
)
def test_what_makes_no_decision_is_refused(run_invoices: RunInvoices, arguments: tuple[str, ...], said: str) -> None:
    ended = run_invoices(*arguments)

    assert ended.code == 2
    assert said in ended.err
    assert run_invoices("audit", "--output", "json").json == []
