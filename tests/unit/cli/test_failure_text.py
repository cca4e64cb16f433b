"""One failure as text."""

import shlex
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from invoice_cli.failure_text import failure_text, reason_text
from invoice_operations.resolutions import NOBODY, ClosedBy
from invoice_operations.view.cases import Case, Place
from tests.fakes import START
from tests.unit.cli.test_pages import is_command

ID = "0123456789abcdef" * 4


def case(**changes: Any) -> Case:
    facts: dict[str, Any] = {
        "failure_id": ID,
        "key": "inv-1",
        "stage": "creator",
        "code": "provider-rejected",
        "reason": "Customer 1042 is inactive.",
        "failed_at": START - timedelta(hours=3),
        "invoice_id": "inv-1",
        "total": Decimal("1250.0"),
        "currency": "USD",
        "source": Place("formatted-invoices", 3, 41),
    }
    return Case(**(facts | changes))


def commands(text: str) -> list[str]:
    return [
        line.strip().removeprefix("invoices ")
        for line in text.splitlines()
        if line.startswith("  invoices ")
    ]


def test_it_says_what_happened_and_what_can_be_done() -> None:
    answered = {"provider_response": {"status": 400, "body": "Invalid entity"}}

    text = failure_text(case(), answered, NOBODY, START)

    assert text.splitlines()[0] == f"failure     {ID}"
    for words in (
        "open, failed 3h 0m ago",
        "Customer 1042 is inactive.",
        "1,250.00 USD",
        "400: Invalid entity",
    ):
        assert words in text
    assert "formatted-invoices[3]@41" in text
    assert [command.split()[0] for command in commands(text)] == [
        "status",
        "preview",
        "replay",
        "resolve",
        "failures",
    ]


@pytest.mark.parametrize(
    "failed",
    [
        pytest.param(case(), id="refused"),
        pytest.param(case(code="held-for-approval"), id="held"),
        pytest.param(case(invoice_id=None), id="without an invoice"),
        pytest.param(case(state="created"), id="created meanwhile"),
    ],
)
def test_every_command_can_be_typed(failed: Case) -> None:
    text = failure_text(failed, {}, NOBODY, START)

    assert [command for command in commands(text) if not is_command(shlex.split(command))] == []


def test_a_held_failure_offers_approve_and_a_settled_one_offers_status() -> None:
    held, settled = (
        failure_text(each, {}, NOBODY, START)
        for each in (case(code="held-for-approval"), case(state="created"))
    )

    assert "approve 0123456789ab" in commands(held)
    assert commands(settled) == ["status inv-1"]


def test_a_foreign_id_cannot_inject_a_command() -> None:
    text = failure_text(case(invoice_id="x; rm -rf /"), {}, NOBODY, START)

    assert "status 'x; rm -rf /'" in commands(text)
    assert "replay errors --invoice-id 'x; rm -rf /'" in commands(text)


def test_a_closed_failure_shows_who_closed_it_and_why() -> None:
    closed = ClosedBy("kim", "billed by hand")

    assert "Resolved by kim: billed by hand" in failure_text(
        case(state="resolved"), {}, closed, START
    )
    assert reason_text(case(), closed) == "Resolved by kim: billed by hand"
    assert reason_text(case(documents="netsuite 9001"), NOBODY).endswith(
        "But netsuite 9001 exists."
    )
