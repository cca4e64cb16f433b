"""The state of all invoices: ledger and failures."""
