"""The types of invoices that Metronome is known to make. Pure."""

USAGE = "USAGE"
SCHEDULED = "SCHEDULED"
CONSOLIDATED = "USAGE_CONSOLIDATED"
