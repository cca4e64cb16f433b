"""QuickBooks Online: the Accounting API v3, and the chain of tokens that opens it."""
