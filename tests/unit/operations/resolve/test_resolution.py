from dataclasses import replace

import pytest

from invoice_cli.commands.resolve import operator
from invoice_operations.errors import InvalidRequest, NeedsAttention
from invoice_operations.resolve.resolution import resolved
from invoice_operations.view.cases import Place, State, case_of, remembered
from invoice_shared.outcome import Outcome
from invoice_shared.serde import from_bytes, to_bytes
from tests.builders import INVOICE_ID, failure, outcome
from tests.fakes import START

CASE = case_of(failure(), Place("invoice-errors", 0, 1))


@pytest.mark.parametrize("error", [KeyError("getpwuid(): uid not found: 65532"), OSError("No username set")], ids=repr)
def test_a_user_without_a_name_is_asked_for_one(error: Exception) -> None:
    def nobody() -> str:
        raise error

    with pytest.raises(InvalidRequest, match="--by"):
        operator(nobody)


def test_who_and_why_are_entered_over_what_is_known_of_the_invoice() -> None:
    entered = resolved(CASE, outcome(outcome="failed"), who=" kim ", why=" billed by hand ", now=START)

    assert (entered.outcome, entered.resolved_by, entered.reason) == ("resolved", "kim", "billed by hand")
    assert (entered.failure_id, entered.code, entered.stage) == (CASE.failure_id, CASE.code, CASE.stage)
    assert (str(entered.total), entered.settled_at) == ("100.00", START)


def test_a_failure_without_an_invoice_is_entered_under_its_records_key() -> None:
    nameless = case_of(failure(invoice_id=None), Place("invoice-errors", 0, 1))

    entered = resolved(nameless, None, who="kim", why="Metronome resent it", now=START)

    assert entered.invoice_id == nameless.key != INVOICE_ID


def test_what_is_entered_can_be_read_back_whatever_was_known() -> None:
    forgotten = remembered(INVOICE_ID, outcome(outcome="failed", failure_id="f9"))

    entered = resolved(forgotten, None, who="kim", why="billed by hand", now=START)

    assert from_bytes(Outcome, to_bytes(entered)) == entered


@pytest.mark.parametrize("state", ["created", "skipped", "resolved", "superseded"])
def test_what_is_not_open_is_not_resolved(state: State) -> None:
    with pytest.raises(NeedsAttention):
        resolved(replace(CASE, state=state), None, who="kim", why="because", now=START)


@pytest.mark.parametrize(("who", "why"), [("kim", "  "), ("", "because")])
def test_who_and_why_must_be_said(who: str, why: str) -> None:
    with pytest.raises(InvalidRequest, match="who resolved it and why"):
        resolved(CASE, None, who=who, why=why, now=START)
