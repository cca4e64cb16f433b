"""Read the provider and its customer from the customer's custom fields. Pure."""

from invoice_formatter.mapping.fields import field_text
from invoice_formatter.mapping.metronome_invoice import MetronomeInvoice
from invoice_formatter.mapping.rules import MappingRules
from invoice_providers.names import all_destinations, destinations
from invoice_shared.errors import Rejected


def external_customer(invoice: MetronomeInvoice, rules: MappingRules) -> str:
    """Return the provider's customer id. Raises ``Rejected("customer-not-mapped")``."""
    key = rules.metronome_billing_provider_customer_id
    found = field_text(invoice.customer_custom_fields, key)
    if found is None:
        raise Rejected(
            "customer-not-mapped",
            f"The customer {invoice.billed_customer_id} has no custom field {key}. Set it in"
            " Metronome to the customer's id at the billing provider.",
        )
    return found


def named_destination(invoice: MetronomeInvoice, rules: MappingRules) -> str | None:
    """Return the customer's destination in lower case, known or not."""
    found = field_text(invoice.customer_custom_fields, rules.metronome_billing_provider_destination)
    return found.lower() if found else None


def known_destination(invoice: MetronomeInvoice, rules: MappingRules) -> str | None:
    """Return the destination if it exists."""
    named = named_destination(invoice, rules)
    return named if named in destinations() else None


def destination_of(invoice: MetronomeInvoice, rules: MappingRules) -> str:
    """Read the destination.

    Raises ``Rejected`` with ``destination-not-mapped`` or ``unknown-destination``.
    """
    named, key = named_destination(invoice, rules), rules.metronome_billing_provider_destination
    solution = f"Set it in Metronome to one of: {all_destinations()}."
    if named is None:
        raise Rejected(
            "destination-not-mapped",
            f"The customer {invoice.billed_customer_id} has no custom field {key}. {solution}",
        )
    if named not in destinations():
        raise Rejected(
            "unknown-destination",
            f'Unknown destination "{named[:100]}" in the custom field {key} of the customer'
            f" {invoice.billed_customer_id}. {solution}",
        )
    return named
