"""Decide which invoices are correctly not sent.

Pure. ``hierarchy`` decides who is billed in an account hierarchy.
"""

from collections.abc import Iterator

from invoice_formatter.mapping.dates import issued_on
from invoice_formatter.mapping.external import check_external
from invoice_formatter.mapping.invoice_types import KNOWN
from invoice_formatter.mapping.metronome_invoice import MetronomeInvoice
from invoice_formatter.mapping.routing import known_destination
from invoice_formatter.mapping.rules import MappingRules
from invoice_formatter.mapping.skip import Skip
from invoice_shared.errors import Rejected


def find_skip(invoice: MetronomeInvoice, rules: MappingRules, *, forced: bool) -> Skip | None:
    """Return the first reason not to send this invoice; ``forced`` ignores some reasons.

    Raises ``Rejected`` if a document elsewhere bills or billed it, or if its type is unknown.
    """
    skip = find_own_skip(invoice, rules) or check_external(
        invoice, known_destination(invoice, rules), forced=forced
    )
    if skip is None and invoice.type not in rules.metronome_invoices_types:
        raise Rejected(
            "unknown-invoice-type",
            f'Unknown invoice type "{invoice.type[:100]}": if such invoices are billed, add the'
            " type to METRONOME_INVOICES_TYPES and replay; if not, resolve this failure by hand.",
        )
    return skip


def find_own_skip(invoice: MetronomeInvoice, rules: MappingRules) -> Skip | None:
    """Return the invoice's own reason not to be sent, whoever is billed."""
    return next(_skips(invoice, rules), None)


def _skips(invoice: MetronomeInvoice, rules: MappingRules) -> Iterator[Skip]:
    if invoice.type in KNOWN and invoice.type not in rules.metronome_invoices_types:
        yield Skip(
            "type-not-configured", f"METRONOME_INVOICES_TYPES does not contain {invoice.type}."
        )
    if invoice.status != "FINALIZED":
        yield Skip("not-finalized", f"Its status in Metronome is {invoice.status}.")
    if invoice.is_unbillable:
        yield Skip("unbillable", "Metronome marks it as unbillable.")
    if rules.bill_from and (issued := issued_on(invoice)) and issued < rules.bill_from:
        yield Skip(
            "before-cutover", f"It was issued on {issued}, before BILL_FROM ({rules.bill_from})."
        )
