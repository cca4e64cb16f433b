"""The types of lines, and the type of a line without one. Pure.

Some of Metronome's guides show lines without ``type``. The fields of such a line decide its type,
and the sum check decides whether it counts. Fields: the Python SDK's
``types.v1.customers.invoice``.
"""

from collections.abc import Mapping
from typing import Any

APPLICATION = "applied_commit_or_credit"
USAGE = "usage"
# Our own type, for an entry of a legacy plan's ``invoice_adjustments``, which has none.
ADJUSTMENT = "invoice_adjustment"
POSTPAID_COMMIT = "PostpaidCommit"

# The first field that a line has decides. ``postpaid_commit`` is on its true-up line.
SIGNS = (
    (APPLICATION, APPLICATION),
    ("scheduled_charge_id", "scheduled"),
    ("subscription_id", "subscription"),
    ("professional_service_id", "scheduled"),
    ("discount_id", "scheduled"),
    ("postpaid_commit", "commit_purchase"),
)


def line_type_of(line: Mapping[str, Any]) -> str:
    """Return the type of a line without one; without any of the fields it is usage."""
    for field, line_type in SIGNS:
        if line.get(field):
            return line_type
    # An application has neither quantity nor price.
    if line.get("commit_id") and line.get("quantity") is None:
        return APPLICATION
    return "commit_purchase" if line.get("commit_id") and not line.get("starting_at") else USAGE
