"""The known types of Metronome's invoices. Pure.

Sources: the public OpenAPI file, and for the legacy plans the ``invoice_types_filter`` of its
alerts.
"""

USAGE = "USAGE"
SCHEDULED = "SCHEDULED"
CONSOLIDATED = "USAGE_CONSOLIDATED"
LEGACY_PLANS = ("PLAN_ARREARS", "CORRECTION", "CREDIT_PURCHASE", "SEAT_PURCHASE")

# Whether an invoice of any other type is billed is a person's decision.
KNOWN = (USAGE, SCHEDULED, CONSOLIDATED, *LEGACY_PLANS)
