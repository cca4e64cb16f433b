"""The types of invoices that Metronome is known to make. Pure.

Sources: the public OpenAPI file, and for the legacy plans the ``invoice_types_filter`` of its
alerts.
"""

USAGE = "USAGE"
SCHEDULED = "SCHEDULED"
CONSOLIDATED = "USAGE_CONSOLIDATED"
LEGACY_PLANS = ("PLAN_ARREARS", "CORRECTION", "CREDIT_PURCHASE", "SEAT_PURCHASE")

# Of any other type nobody has said whether it is billed.
KNOWN = (USAGE, SCHEDULED, CONSOLIDATED, *LEGACY_PLANS)
