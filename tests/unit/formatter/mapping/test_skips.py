from typing import Any

import pytest

from invoice_formatter.mapping.skips import find_skip
from invoice_shared.errors import Rejected
from tests.unit.formatter.builders import invoice, rules

SYNCED = {"invoice_id": "INV-77", "external_status": "FINALIZED"}
PAYER = {"customer_id": "parent", "contract_id": "parent-contract"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param(
            {"type": "USAGE_CONSOLIDATED"},
            "type-not-configured",
            id="consolidated, unless configured",
        ),
        pytest.param(
            {"type": "PLAN_ARREARS"}, "type-not-configured", id="a type that is not configured"
        ),
        pytest.param({"status": "DRAFT"}, "not-finalized", id="a draft"),
        pytest.param({"status": "VOID"}, "not-finalized", id="a voided invoice"),
        pytest.param({"billable_status": "unbillable"}, "unbillable", id="unbillable"),
        pytest.param({"external_invoice": SYNCED}, "already-synced", id="already at the provider"),
        pytest.param(
            {"type": "SEAT_PURCHASE"}, "type-not-configured", id="another type of a legacy plan"
        ),
        pytest.param(
            {"type": "BRAND_NEW", "status": "VOID"},
            "not-finalized",
            id="a void one of an unknown type",
        ),
        pytest.param(
            {"type": "BRAND_NEW", "external_invoice": SYNCED},
            "already-synced",
            id="it has its document",
        ),
        pytest.param(
            {"type": "PLAN_ARREARS", "status": "VOID"},
            "type-not-configured",
            id="the first reason is given",
        ),
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
        pytest.param(
            {"external_invoice": {"external_status": "INVALID_REQUEST_ERROR"}},
            id="failed at the provider",
        ),
        pytest.param(
            {"external_invoice": {"invoice_id": ""}}, id="a blank id at the provider, and no status"
        ),
        pytest.param({"payer": PAYER}, id="a payer alone skips nothing"),
        pytest.param({"correction_record": {"corrected_invoice_id": "old"}}, id="a correction"),
        pytest.param({"regenerated_from_invoice_id": "old"}, id="a reissued invoice"),
    ],
)
def test_any_other_invoice_is_sent(changes: dict[str, Any]) -> None:
    assert find_skip(invoice(**changes), rules(), forced=False) is None


def test_a_forced_replay_overrides_only_already_synced() -> None:
    assert find_skip(invoice(external_invoice=SYNCED), rules(), forced=True) is None
    assert (
        find_skip(invoice(external_invoice=SYNCED, status="VOID"), rules(), forced=True) is not None
    )


@pytest.mark.parametrize("type_", ["BRAND_NEW", "usage", "", "X" * 500])
def test_an_unknown_type_is_left_to_a_person(type_: str) -> None:
    with pytest.raises(Rejected, match="METRONOME_INVOICES_TYPES") as refused:
        find_skip(invoice(type=type_), rules(), forced=True)

    assert refused.value.code == "unknown-invoice-type"
    assert len(refused.value.reason) < 500


def test_a_type_in_the_settings_is_known() -> None:
    assert (
        find_skip(
            invoice(type="BRAND_NEW"), rules(metronome_invoices_types=["BRAND_NEW"]), forced=False
        )
        is None
    )


@pytest.mark.parametrize(
    ("changes", "is_skipped"),
    [
        pytest.param({"issued_at": "2026-02-28T23:59:59.999Z"}, True, id="the last instant before"),
        pytest.param({"issued_at": "2026-03-01T00:30:00+02:00"}, True, id="the day before in UTC"),
        pytest.param({"issued_at": "2026-03-01T00:00:00Z"}, False, id="on the day"),
        pytest.param(
            {"issued_at": None, "end_timestamp": "2026-02-01T00:00:00Z"}, True, id="no issue date"
        ),
        pytest.param(
            {"issued_at": None, "end_timestamp": None},
            False,
            id="without any date it is not skipped",
        ),
    ],
)
def test_an_invoice_issued_before_the_switch_is_not_billed(
    changes: dict[str, Any], is_skipped: bool
) -> None:
    skip = find_skip(invoice(**changes), rules(bill_from="2026-03-01"), forced=True)

    assert (skip.code if skip else None) == ("before-cutover" if is_skipped else None)


def test_without_bill_from_nothing_is_too_old() -> None:
    assert find_skip(invoice(issued_at="1999-01-01T00:00:00Z"), rules(), forced=False) is None
