"""``invoices demo``: the whole connector on this machine, against a simulated outside world, with
the sums shown.

Needs the extra ``invoice-cli[demo]``. The services know nothing of it: they get settings, as
anywhere.
"""
