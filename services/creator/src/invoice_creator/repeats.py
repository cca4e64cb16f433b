"""Whether the provider is asked for the document before it is created. Pure; the one place that decides it."""

from datetime import datetime, timedelta

from invoice_shared.invoice import FormattedInvoice


def must_look_first(document: FormattedInvoice, *, in_doubt: bool, recognised_for: timedelta, now: datetime) -> bool:
    """Whether the document may exist already and the provider might not recognise a second one by itself.

    ``in_doubt``: a request went out whose outcome is not known.
    ``recognised_for`` is the provider's ``recognises_repeats_for``; an invoice of unknown age counts as old.
    """
    heard = document.received_at or document.finalized_at
    age = timedelta.max if heard is None else now - heard
    return in_doubt or age >= recognised_for
