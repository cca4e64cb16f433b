"""An account hierarchy of two customers at Metronome, in which the parent pays for its child."""

from typing import Any, Literal

from tests.contract.standing.invoices import Invoice

# ``separate``: the child's invoice is billed to the parent. ``consolidated``: it is part of the
# parent's invoice.
Hierarchy = Literal["none", "separate", "consolidated"]


def join(parent: Invoice, child: Invoice, kind: Hierarchy) -> None:
    """Make two customers a hierarchy, and their invoices what Metronome makes of it."""
    if kind == "none":
        return
    is_whole = kind == "consolidated"
    behavior = {"invoice_consolidation_type": "CONCATENATE" if is_whole else "NONE"}
    contracts: dict[Invoice, dict[str, Any]] = {
        parent: {"children": [member(child)], "parent_behavior": behavior},
        child: {
            "parent": member(parent),
            "payer": "PARENT",
            "usage_statement_behavior": "CONSOLIDATE" if is_whole else "SEPARATE",
        },
    }
    people = parent.systems.metronome.people
    people.seed_contracts(
        {
            "id": each.contract_id,
            "customer_id": each.customer_id,
            "hierarchy_configuration": contract,
        }
        for each, contract in contracts.items()
    )
    for each in (parent, child):
        people.edit(each.invoice_id, contract_id=each.contract_id, payer=member(parent))
    if is_whole:
        people.edit(parent.invoice_id, type="USAGE_CONSOLIDATED")
        name(parent, [child])


def name(consolidated: Invoice, constituents: list[Invoice]) -> None:
    """Let a consolidated invoice name its constituents."""
    named = [{"invoice_id": each.invoice_id, **member(each)} for each in constituents]
    consolidated.systems.metronome.people.edit(consolidated.invoice_id, constituent_invoices=named)


def member(invoice: Invoice) -> dict[str, str]:
    """Return how Metronome names a member: by customer and contract."""
    return {"customer_id": invoice.customer_id, "contract_id": invoice.contract_id}
