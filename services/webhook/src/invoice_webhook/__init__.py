"""Signed Metronome webhooks in, raw-invoices out."""
