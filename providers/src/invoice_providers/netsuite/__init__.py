"""NetSuite over SuiteTalk REST: invoices and credit memos, with OAuth 2.0 certificates or OAuth
1.0a tokens (TBA).
"""

# Metronome's own name for it.
METRONOME_NAME = "netsuite"
