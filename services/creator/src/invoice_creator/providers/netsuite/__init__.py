"""NetSuite over SuiteTalk REST: invoices and credit memos, signed with OAuth 1.0a tokens (TBA)."""
