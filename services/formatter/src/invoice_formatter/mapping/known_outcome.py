"""The ledger's facts of an invoice that ends in this service. Pure."""

from invoice_formatter.mapping.currency import currency_of
from invoice_formatter.mapping.metronome_invoice import MetronomeInvoice
from invoice_formatter.mapping.money import round_total
from invoice_formatter.mapping.routing import named_destination
from invoice_formatter.mapping.rules import MappingRules
from invoice_shared.errors import Rejected
from invoice_shared.outcome import Outcome


def known_outcome(outcome: Outcome, invoice: MetronomeInvoice, rules: MappingRules) -> Outcome:
    """Add the invoice's destination, provider document, and total with Metronome's sign."""
    known = {
        "destination": named_destination(invoice, rules),
        "provider_document_id": invoice.external_id,
    }
    try:
        currency = currency_of(invoice.credit_type)
    except Rejected:
        return outcome.model_copy(update=known)
    total = round_total(currency.major(invoice.total), currency.minor_digits)
    return outcome.model_copy(update=known | {"total": total, "currency": currency.code})
