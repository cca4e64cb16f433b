"""QuickBooks Online: the Accounting API v3, and the chain of tokens that opens it."""

# Metronome's own name for it.
METRONOME_NAME = "quickbooks_online"
