"""Check whether other documents that Metronome knows already bill an invoice.

Pure.

Source of the fields and statuses: the public OpenAPI file (``external_invoice``,
``revenue_system_invoices``); both are open sets.
"""

from invoice_formatter.mapping.metronome_invoice import ExternalInvoice, MetronomeInvoice
from invoice_formatter.mapping.skip import Skip
from invoice_providers.names import metronome_name
from invoice_shared.errors import Rejected
from invoice_shared.metronome.statuses import OVERWRITTEN, REMOVED


def check_external(
    invoice: MetronomeInvoice, destination: str | None, *, forced: bool
) -> Skip | None:
    """Return the skip of an invoice with a document at its destination, or ``None``.

    ``forced`` ignores a status without a document elsewhere. Without a known destination, an id
    counts as one of its destination. Raises ``Rejected`` with ``billed-elsewhere`` or
    ``document-removed``.
    """
    ours = metronome_name(destination) if destination else None
    _check_revenue_system(invoice, destination)
    external = invoice.external_invoice
    if external is None or external.external_status in OVERWRITTEN:
        return None
    if not external.invoice_id:
        _check_nobody_sends(external, forced=forced)
        return None
    if ours is not None and external.billing_provider_type not in (None, ours):
        raise _billed_elsewhere(
            f"Metronome has its document {external.invoice_id} at {external.billing_provider_type},"
            f" but its customer's destination is {destination}."
        )
    return _known(external, forced=forced)


def known_document(invoice: MetronomeInvoice, destination: str) -> str | None:
    """Return the id of its document at its destination according to Metronome."""
    external = invoice.external_invoice
    if external is None or external.external_status in OVERWRITTEN:
        return None
    is_here = external.billing_provider_type in (None, metronome_name(destination))
    return external.invoice_id or None if is_here else None


def _check_nobody_sends(external: ExternalInvoice, *, forced: bool) -> None:
    if forced or external.external_status is None or external.external_status in REMOVED:
        return
    raise _billed_elsewhere(
        f"Its status for {external.billing_provider_type or 'a provider'} in Metronome is"
        f" {external.external_status}, so one of Metronome's own integrations sends it."
    )


def _known(external: ExternalInvoice, *, forced: bool) -> Skip | None:
    if forced:
        return None
    if external.external_status in REMOVED:
        raise Rejected(
            "document-removed",
            f"Its document {external.invoice_id} was removed at the billing provider, according to"
            f" Metronome ({external.external_status}). To bill it again, replay it with --force;"
            " else"
            " resolve it by hand.",
        )
    return Skip(
        "already-synced",
        f"Metronome already has its document {external.invoice_id} at the billing provider.",
    )


def _check_revenue_system(invoice: MetronomeInvoice, destination: str | None) -> None:
    for entry in invoice.revenue_system_invoices or ():
        system, entity_id = entry.revenue_system_provider, entry.revenue_system_external_entity_id
        if entity_id and destination and (system or "").lower() == destination:
            raise _billed_elsewhere(
                f"Metronome's own integration created {entity_id} for it in {system}, the system of"
                " its"
                " destination."
            )


def _billed_elsewhere(why: str) -> Rejected:
    return Rejected(
        "billed-elsewhere",
        f"{why} Sending it would bill it twice. If that document is right, resolve this failure by"
        " hand; else remove it there and correct the status in Metronome.",
    )
