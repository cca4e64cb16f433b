from typing import Any

import pytest

from invoice_formatter.mapping.external import check_external, known_document
from invoice_shared.errors import Rejected
from tests.unit.formatter.builders import invoice


def external(**changes: Any) -> dict[str, Any]:
    """Return what Metronome says about a document in NetSuite, as our own write-back reports it."""
    known = {
        "invoice_id": "9001",
        "billing_provider_type": "netsuite",
        "external_status": "FINALIZED",
    }
    return {"external_invoice": known | changes}


NO_ID = {"invoice_id": None}
REVENUE = {
    "revenue_system_provider": "NETSUITE",
    "revenue_system_external_entity_id": "77",
    "sync_status": "SUCCEEDED",
}


def ending(
    changes: dict[str, Any], *, destination: str | None = "netsuite", forced: bool = False
) -> str | None:
    """Return the code with which it ends; ``None`` if the invoice goes on."""
    try:
        skip = check_external(invoice(**changes), destination, forced=forced)
    except Rejected as refused:
        return refused.code
    return skip.code if skip else None


@pytest.mark.parametrize(
    ("changes", "plain", "forced"),
    [
        pytest.param({}, None, None, id="Metronome knows of no document"),
        pytest.param(external(), "already-synced", None, id="our own document"),
        pytest.param(
            external(external_status="PAID"), "already-synced", None, id="our own document, paid"
        ),
        pytest.param(
            external(billing_provider_type=None),
            "already-synced",
            None,
            id="a document without a type",
        ),
        pytest.param(external(external_status="VOID"), "document-removed", None, id="voided there"),
        pytest.param(
            external(external_status="DELETED"), "document-removed", None, id="deleted there"
        ),
        pytest.param(
            external(external_status="INVALID_REQUEST_ERROR"), None, None, id="refused, with an id"
        ),
        pytest.param(
            external(external_status="SKIPPED", **NO_ID), None, None, id="skipped on purpose"
        ),
        pytest.param(
            external(billing_provider_type="quickbooks_online"),
            "billed-elsewhere",
            "billed-elsewhere",
            id="a document at another destination is never doubled, forced or not",
        ),
        pytest.param(
            external(billing_provider_type="stripe", external_status="QUEUED", **NO_ID),
            "billed-elsewhere",
            None,
            id="Metronome's own integration is about to send it",
        ),
        pytest.param(
            external(external_status="SENT", **NO_ID),
            "billed-elsewhere",
            None,
            id="likewise, of our type",
        ),
        pytest.param(
            external(external_status="VOID", **NO_ID),
            None,
            None,
            id="voided, and no document is named",
        ),
        pytest.param(
            {"revenue_system_invoices": [REVENUE]},
            "billed-elsewhere",
            "billed-elsewhere",
            id="in the revenue system",
        ),
        pytest.param(
            {"revenue_system_invoices": [REVENUE | {"revenue_system_external_entity_id": None}]},
            None,
            None,
            id="a revenue system without a document",
        ),
        pytest.param({"revenue_system_invoices": None}, None, None, id="no revenue system"),
    ],
)
def test_a_document_that_metronome_knows_decides(
    changes: dict[str, Any], plain: str | None, forced: str | None
) -> None:
    assert ending(changes) == plain
    assert ending(changes, forced=True) == forced


def test_razorpay_is_known_by_metronomes_name_for_it() -> None:
    ours = external(billing_provider_type="custom")

    assert ending(ours, destination="razorpay") == "already-synced"
    assert ending(ours, destination="netsuite") == "billed-elsewhere"


def test_a_revenue_system_other_than_the_destination_says_nothing() -> None:
    assert ending({"revenue_system_invoices": [REVENUE]}, destination="razorpay") is None


def test_without_a_known_destination_any_id_counts_as_the_destinations() -> None:
    assert ending(external(), destination=None) == "already-synced"


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        pytest.param({}, None, id="Metronome knows of nothing"),
        pytest.param(external(), "9001", id="our own document"),
        pytest.param(external(external_status="VOID"), "9001", id="voided there"),
        pytest.param(external(billing_provider_type=None), "9001", id="a document without a type"),
        pytest.param(external(billing_provider_type="stripe"), None, id="a document elsewhere"),
        pytest.param(external(**NO_ID), None, id="no document is named"),
        pytest.param(
            external(external_status="INVALID_REQUEST_ERROR"), None, id="refused, with an id"
        ),
    ],
)
def test_the_document_that_metronome_names_is_part_of_the_record(
    changes: dict[str, Any], known: str | None
) -> None:
    assert known_document(invoice(**changes), "netsuite") == known
