"""The view: the state of all invoices, from the ledger and the failures."""
