"""Razorpay: its Invoices API over plain HTTP."""

# Metronome's own name for it (it has none for Razorpay).
METRONOME_NAME = "custom"
