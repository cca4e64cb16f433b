from typing import Any

import pytest

from invoice_formatter.mapping.skips import find_skip
from tests.unit.formatter.invoices import invoice, rules

SYNCED = {"invoice_id": "INV-77", "external_status": "FINALIZED"}
PAYER = {"customer_id": "parent", "contract_id": "parent-contract"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"type": "USAGE_CONSOLIDATED"}, "type-not-configured", id="consolidated, unless configured"),
        pytest.param({"type": "PLAN_ARREARS"}, "type-not-configured", id="a type that nobody asked for"),
        pytest.param({"status": "DRAFT"}, "not-finalized", id="a draft"),
        pytest.param({"status": "VOID"}, "not-finalized", id="a voided invoice"),
        pytest.param({"billable_status": "unbillable"}, "unbillable", id="unbillable"),
        pytest.param({"external_invoice": SYNCED}, "already-synced", id="already at the provider"),
        pytest.param({"type": "PLAN_ARREARS", "status": "VOID"}, "type-not-configured", id="the first reason is given"),
    ],
)
def test_an_invoice_is_skipped_for_a_stated_reason(changes: dict[str, Any], reason: str) -> None:
    skip = find_skip(invoice(**changes), rules(), forced=False)

    assert skip is not None
    assert skip.code == reason


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="a plain usage invoice"),
        pytest.param({"type": "SCHEDULED"}, id="a scheduled invoice"),
        pytest.param({"external_invoice": {"external_status": "INVALID_REQUEST_ERROR"}}, id="failed at the provider"),
        pytest.param({"external_invoice": {"invoice_id": ""}}, id="a blank id at the provider, and no status"),
        pytest.param({"payer": PAYER}, id="a payer alone skips nothing"),
        pytest.param({"correction_record": {"corrected_invoice_id": "old"}}, id="a correction"),
        pytest.param({"regenerated_from_invoice_id": "old"}, id="an invoice issued anew"),
    ],
)
def test_any_other_invoice_is_sent(changes: dict[str, Any]) -> None:
    assert find_skip(invoice(**changes), rules(), forced=False) is None


def test_a_forced_replay_overrules_only_that_it_is_at_the_provider() -> None:
    assert find_skip(invoice(external_invoice=SYNCED), rules(), forced=True) is None
    assert find_skip(invoice(external_invoice=SYNCED, status="VOID"), rules(), forced=True) is not None
