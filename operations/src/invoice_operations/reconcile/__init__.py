"""Metronome's finalized invoices against the ledger and what the providers hold."""
