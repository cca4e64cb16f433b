"""QuickBooks Online: the Accounting API v3 and its chain of tokens."""

# Metronome's name for this provider.
METRONOME_NAME = "quickbooks_online"
