"""The contracts behind the invoices that name a payer. Pure."""

from collections.abc import Iterable

from invoice_simulators.wire import Json


def contracts_of(invoices: Iterable[Json]) -> list[Json]:
    """Build the contract of each invoice with a payer: a child that pays, or its parent does."""
    return [
        {
            "id": invoice["contract_id"],
            "customer_id": invoice["customer_id"],
            "hierarchy_configuration": _child(invoice),
        }
        for invoice in invoices
        if "payer" in invoice
    ]


def _child(invoice: Json) -> Json:
    if invoice["payer"]["customer_id"] == invoice["customer_id"]:
        parent = {
            "customer_id": f"{invoice['customer_id']}-parent",
            "contract_id": f"{invoice['contract_id']}-parent",
        }
        return {"parent": parent, "payer": "SELF", "usage_statement_behavior": "SEPARATE"}
    return {
        "parent": invoice["payer"],
        "payer": "PARENT",
        "usage_statement_behavior": "CONSOLIDATE",
    }
