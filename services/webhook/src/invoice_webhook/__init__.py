"""The webhook: receives Metronome's signed events, and publishes finalized invoices.

A request is answered 200 only after the broker acknowledged the record on ``raw-invoices``.
Otherwise Metronome tries again. It does not fetch the invoice, and decides nothing about it: the
formatter does.
"""
