"""The types of lines, and the type of one that names none. Pure.

Some of Metronome's guides print lines without ``type``. What such a line carries tells what it is;
whether it counts, the sum check has the last word on. Fields: the Python SDK's
``types.v1.customers.invoice``.
"""

from collections.abc import Mapping
from typing import Any

APPLICATION = "applied_commit_or_credit"
USAGE = "usage"
# Our own, for an entry of a legacy plan's ``invoice_adjustments``, which has none.
ADJUSTMENT = "invoice_adjustment"
POSTPAID_COMMIT = "PostpaidCommit"

# The first that a line carries decides. ``postpaid_commit`` is on the line that trues one up.
SIGNS = (
    (APPLICATION, APPLICATION),
    ("scheduled_charge_id", "scheduled"),
    ("subscription_id", "subscription"),
    ("professional_service_id", "scheduled"),
    ("discount_id", "scheduled"),
    ("postpaid_commit", "commit_purchase"),
)


def line_type_of(line: Mapping[str, Any]) -> str:
    """Return the type of a line that names none; without any sign it is usage."""
    for field, line_type in SIGNS:
        if line.get(field):
            return line_type
    if (
        line.get("commit_id") and line.get("quantity") is None
    ):  # an application has neither quantity nor price
        return APPLICATION
    return "commit_purchase" if line.get("commit_id") and not line.get("starting_at") else USAGE
