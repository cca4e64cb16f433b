"""``invoices demo``: the whole connector on this machine against simulated systems.

Needs the extra ``invoice-cli[demo]``. The services know nothing of it: they get settings, as
always.
"""
