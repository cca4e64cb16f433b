"""Takes Metronome's signed webhooks and puts each finalized invoice on ``raw-invoices``.

A request is answered 200 only once the broker has acknowledged the record; until then Metronome
keeps it and tries again.
It fetches nothing and decides nothing about the invoice: that is the formatter's work.
"""
