"""Razorpay: its Invoices API over plain HTTP."""

# Metronome's name for this provider: it does not know Razorpay.
METRONOME_NAME = "custom"
