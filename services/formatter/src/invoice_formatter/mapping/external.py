"""What Metronome knows of documents elsewhere: whether an invoice was, or is being, billed by them
already.

Pure.

Source of the fields and statuses: the public OpenAPI file (``external_invoice``,
``revenue_system_invoices``); both are open sets.
"""

from invoice_formatter.mapping.metronome_invoice import ExternalInvoice, MetronomeInvoice
from invoice_formatter.mapping.skip import Skip
from invoice_providers.names import metronome_name
from invoice_shared.errors import Rejected

# A document under our name that somebody removed.
REMOVED = ("VOID", "DELETED")
# Nothing is billed by it: what was refused, or left out on purpose, goes on.
NOTHING = ("INVALID_REQUEST_ERROR", "SKIPPED")


def check_external(
    invoice: MetronomeInvoice, destination: str | None, *, forced: bool
) -> Skip | None:
    """Return the skip of an invoice that its own destination holds; ``None`` if it may be sent.

    ``forced`` opens what names no document elsewhere. Without a known destination an id counts as
    its own. Raises ``Rejected`` with ``billed-elsewhere`` or ``document-removed``.
    """
    ours = metronome_name(destination) if destination else None
    _check_revenue_system(invoice, destination)
    external = invoice.external_invoice
    if external is None or external.external_status in NOTHING:
        return None
    if not external.invoice_id:
        _check_nobody_sends(external, forced=forced)
        return None
    if ours is not None and external.billing_provider_type not in (None, ours):
        raise _billed_elsewhere(
            f"Metronome knows it as {external.invoice_id} at {external.billing_provider_type}, and"
            f" its customer's destination is {destination} now."
        )
    return _known(external, forced=forced)


def known_document(invoice: MetronomeInvoice, destination: str) -> str | None:
    """Return the id of the document at its destination by which Metronome says that it is
    billed.
    """
    external = invoice.external_invoice
    if external is None or external.external_status in NOTHING:
        return None
    is_here = external.billing_provider_type in (None, metronome_name(destination))
    return external.invoice_id or None if is_here else None


def _check_nobody_sends(external: ExternalInvoice, *, forced: bool) -> None:
    if forced or external.external_status is None or external.external_status in REMOVED:
        return
    raise _billed_elsewhere(
        f"Metronome says {external.external_status} of it for"
        f" {external.billing_provider_type or 'a provider'}, so one of Metronome's own integrations"
        " sends it."
    )


def _known(external: ExternalInvoice, *, forced: bool) -> Skip | None:
    if forced:
        return None
    if external.external_status in REMOVED:
        raise Rejected(
            "document-removed",
            f"Its document {external.invoice_id} was removed at the billing provider, Metronome"
            f" says ({external.external_status}). To bill it again, replay it with --force; else"
            " resolve it by hand.",
        )
    return Skip(
        "already-synced",
        f"Metronome knows it as {external.invoice_id} at the billing provider already.",
    )


def _check_revenue_system(invoice: MetronomeInvoice, destination: str | None) -> None:
    for entry in invoice.revenue_system_invoices or ():
        system, entity_id = entry.revenue_system_provider, entry.revenue_system_external_entity_id
        if entity_id and destination and (system or "").lower() == destination:
            raise _billed_elsewhere(
                f"Metronome's own integration made {entity_id} of it in {system}, the system of its"
                " destination."
            )


def _billed_elsewhere(why: str) -> Rejected:
    return Rejected(
        "billed-elsewhere",
        f"{why} Sending it would bill it twice. If that document is right, resolve this failure by"
        " hand; else remove it there and correct the status in Metronome.",
    )
