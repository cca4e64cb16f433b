"""Invoices that are rightly not sent. Pure.

Constituents of a consolidated invoice: Metronome finalizes a standalone usage invoice for every member of an account
hierarchy *and* one USAGE_CONSOLIDATED invoice for the parent, and nothing in a standalone invoice says whether a
consolidated one contains it; ``payer`` only says that there is a hierarchy. So ``payer`` alone never skips anything.
It does once METRONOME_INVOICES_TYPES holds USAGE_CONSOLIDATED: with that the operator has decided that hierarchies
are billed by their consolidated invoice, as Metronome's native integrations do, and to send the standalone ones as
well would bill twice. A member that its hierarchy keeps apart shows up as skipped in the ledger. By default
consolidated invoices are not taken, and every standalone one is sent.
"""

from collections.abc import Iterator

from invoice_formatter.mapping.external import check_external
from invoice_formatter.mapping.metronome_invoice import MetronomeInvoice
from invoice_formatter.mapping.routing import known_destination
from invoice_formatter.mapping.rules import MappingRules
from invoice_formatter.mapping.skip import Skip

CONSOLIDATED = "USAGE_CONSOLIDATED"


def find_skip(invoice: MetronomeInvoice, rules: MappingRules, *, forced: bool) -> Skip | None:
    """Return the first reason not to send this invoice; ``forced`` overrules what a person may overrule.

    Raises ``Rejected`` if it is, or was, billed by a document elsewhere.
    """
    return (
        next(_skips(invoice, rules), None)
        or check_external(invoice, known_destination(invoice, rules), forced=forced)
        or next(_constituents(invoice, rules), None)
    )


def _skips(invoice: MetronomeInvoice, rules: MappingRules) -> Iterator[Skip]:
    if invoice.type not in rules.metronome_invoices_types:
        yield Skip("type-not-configured", f"METRONOME_INVOICES_TYPES does not hold {invoice.type}.")
    if invoice.status != "FINALIZED":
        yield Skip("not-finalized", f"Its status in Metronome is {invoice.status}.")
    if invoice.is_unbillable:
        yield Skip("unbillable", "Metronome marks it as unbillable.")


def _constituents(invoice: MetronomeInvoice, rules: MappingRules) -> Iterator[Skip]:
    if _is_constituent(invoice, rules):
        yield Skip(
            "constituent-invoice", "It belongs to an account hierarchy, which is billed by its consolidated invoice."
        )


def _is_constituent(invoice: MetronomeInvoice, rules: MappingRules) -> bool:
    return invoice.type == "USAGE" and invoice.payer is not None and CONSOLIDATED in rules.metronome_invoices_types
