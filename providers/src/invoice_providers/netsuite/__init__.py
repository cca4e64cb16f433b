"""NetSuite over SuiteTalk REST, with OAuth 2.0 certificates or OAuth 1.0a tokens (TBA)."""

# Metronome's name for this provider.
METRONOME_NAME = "netsuite"
