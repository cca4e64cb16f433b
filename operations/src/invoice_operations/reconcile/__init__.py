"""Compare Metronome's finalized invoices with the ledger and the providers."""
