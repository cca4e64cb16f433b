"""The real process with Metronome's contracts: a hierarchy is billed once, by its consolidated
invoice.
"""

from typing import Any

import pytest

from tests.integration.formatter.world import World, customer_of, metronome_invoice
from tests.support.outside import CUSTOMER_KEY, DESTINATION_KEY
from tests.support.services import StartService
from tests.support.waiting import eventually

pytestmark = pytest.mark.broker

TYPES = '["USAGE","SCHEDULED","USAGE_CONSOLIDATED"]'
PARENT = "parent-own"
CHILD = "child-own"
WHOLE = "consolidated"
CHARGES = "child-charges"
ALONE = "alone"


def member(invoice_id: str) -> dict[str, str]:
    """Return customer and contract of the invoice's owner; parent and consolidated invoice share
    theirs.
    """
    owner = (
        PARENT
        if invoice_id in (PARENT, WHOLE)
        else CHILD
        if invoice_id in (CHILD, CHARGES)
        else ALONE
    )
    return {"customer_id": customer_of(owner), "contract_id": f"contract-{owner}"}


def invoice(invoice_id: str, **changes: Any) -> dict[str, Any]:
    """Return an invoice of a member."""
    return metronome_invoice(invoice_id, **member(invoice_id), **changes)


def test_constituents_are_skipped_and_the_payer_is_billed(
    world: World, start_service: StartService
) -> None:
    parent = member(PARENT)
    child = member(CHILD)
    configurations: dict[str, Any] = {
        PARENT: {
            "children": [child],
            "parent_behavior": {"invoice_consolidation_type": "CONCATENATE"},
        },
        CHILD: {"parent": parent, "payer": "PARENT", "usage_statement_behavior": "CONSOLIDATE"},
        ALONE: None,
    }
    metronome = world.outside.metronome
    metronome.seed_contracts(
        [
            {
                "id": f"contract-{owner}",
                "customer_id": customer_of(owner),
                "hierarchy_configuration": configuration,
            }
            for owner, configuration in configurations.items()
        ]
    )
    fields = {CUSTOMER_KEY: "9000", DESTINATION_KEY: "quickbooks_online"}
    metronome.seed_customers([{"id": parent["customer_id"], "custom_fields": fields}])
    constituents = [{"invoice_id": each, **member(each)} for each in (PARENT, CHILD)]
    world.seed(
        [
            invoice(
                WHOLE, type="USAGE_CONSOLIDATED", payer=parent, constituent_invoices=constituents
            ),
            invoice(PARENT, payer=parent),
            invoice(CHILD, payer=parent),
            invoice(CHARGES, type="SCHEDULED"),
            invoice(ALONE),
        ]
    )

    settings = world.settings(METRONOME_INVOICES_TYPES=TYPES, HIERARCHY_BILLED_TO="payer")
    start_service("invoice-formatter", settings).wait_until_ready()
    eventually(lambda: world.lag() == 0, timeout=60)

    assert world.ends() == {
        WHOLE: "formatted",
        PARENT: "skipped",
        CHILD: "skipped",
        CHARGES: "formatted",
        ALONE: "formatted",
    }
    assert {record.json["code"] for record in world.ledger()} == {"constituent-invoice"}
    sent = {each.json["invoice_id"]: each.json for each in world.topics.read("formatted-invoices")}
    charges = sent[CHARGES]
    assert (charges["external_customer_id"], charges["destination"]) == (
        "9000",
        "quickbooks_online",
    )
    assert charges["metronome_customer_id"] == child["customer_id"]
    assert sent[WHOLE]["external_customer_id"] == "1042"
