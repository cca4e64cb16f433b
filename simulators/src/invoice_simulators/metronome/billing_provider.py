"""The rules of the status write-back: Metronome's published schema ``BillingProviderInvoice``.

Pure.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from invoice_simulators.metronome.listing import bad_request
from invoice_simulators.wire import Json

PROVIDERS = frozenset(
    {
        "aws_marketplace",
        "azure_marketplace",
        "custom",
        "gcp_marketplace",
        "metronome",
        "netsuite",
        "quickbooks_online",
        "stripe",
        "workday",
    }
)
STATUSES = frozenset(
    {
        "DELETED",
        "DRAFT",
        "FINALIZED",
        "INVALID_REQUEST_ERROR",
        "PAID",
        "PARTIALLY_PAID",
        "PAYMENT_FAILED",
        "QUEUED",
        "SENT",
        "SKIPPED",
        "UNCOLLECTIBLE",
        "VOID",
    }
)
# The statuses that may lack an id, and then need an error text.
WITHOUT_ID = frozenset({"INVALID_REQUEST_ERROR", "SKIPPED"})

TEXTS = (
    "billing_provider_invoice_id",
    "billing_provider_sales_order_id",
    "billing_provider_error",
    "issued_at",
    "workato_job_id",
)


def check_writebacks(tree: Any) -> list[Json]:
    """Check a whole request; return its items.

    Raises ``ApiError`` 400 with Metronome's one field ``message``.
    """
    if not isinstance(tree, list):
        raise bad_request("Request body must be an array")
    if not tree:
        raise bad_request("Request body must not be empty")
    for item in tree:
        if not isinstance(item, dict):
            raise bad_request("Each item must be an object")
        _check_fields(item)
        _check_id_rule(item)
    return tree


def _check_fields(item: Json) -> None:
    if not _is_uuid(item.get("invoice_id")):
        raise bad_request("invoice_id must be a UUID")
    if item.get("billing_provider") not in PROVIDERS:
        raise bad_request(f"billing_provider must be one of {', '.join(sorted(PROVIDERS))}")
    if item.get("external_status", "SENT") not in STATUSES:
        raise bad_request(f"external_status must be one of {', '.join(sorted(STATUSES))}")
    for name in TEXTS:
        if name in item and (not isinstance(item[name], str) or not item[name]):
            raise bad_request(f"{name} must be a non-empty string")
    if "issued_at" in item and not _is_time(item["issued_at"]):
        raise bad_request("issued_at must be a date-time")


def _check_id_rule(item: Json) -> None:
    has_id = "billing_provider_invoice_id" in item or "billing_provider_sales_order_id" in item
    has_error = "billing_provider_error" in item
    if has_id and has_error:
        raise bad_request(
            "billing_provider_error must not be combined with an invoice id or a sales order id"
        )
    if not has_id and not (item.get("external_status") in WITHOUT_ID and has_error):
        raise bad_request(
            "billing_provider_invoice_id may be omitted only if external_status is"
            " INVALID_REQUEST_ERROR or SKIPPED and billing_provider_error is provided"
        )


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value.lower()
    except ValueError:
        return False


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
