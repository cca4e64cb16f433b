"""Map a Metronome invoice to the document for a provider, or to a skip. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from invoice_formatter.mapping.amount_converter import AmountConverter, converter_of
from invoice_formatter.mapping.currency import Currency, currency_of
from invoice_formatter.mapping.dates import document_dates
from invoice_formatter.mapping.document_lines import exact_lines, rounded_lines
from invoice_formatter.mapping.exact_line import ExactLine
from invoice_formatter.mapping.external import known_document
from invoice_formatter.mapping.extra_fields import ExtraFields, templates_for
from invoice_formatter.mapping.hierarchy.billing import Billing
from invoice_formatter.mapping.lines import Selection, informational, select_lines
from invoice_formatter.mapping.metronome_invoice import MetronomeInvoice
from invoice_formatter.mapping.money import check_sum, round_total
from invoice_formatter.mapping.notes import notes_on
from invoice_formatter.mapping.routing import destination_of, external_customer
from invoice_formatter.mapping.rules import MappingRules
from invoice_formatter.mapping.skip import Skip
from invoice_formatter.mapping.skips import find_skip
from invoice_shared.errors import Rejected
from invoice_shared.invoice import FormattedInvoice, Source


@dataclass(frozen=True, slots=True)
class Mapped:
    """The document, and what it was made from."""

    document: FormattedInvoice
    exact: Sequence[ExactLine]
    invoice: MetronomeInvoice
    rules: MappingRules

    @property
    def notes(self) -> tuple[str, ...]:
        """Return a sentence per rule that changed or left out something; for previews only."""
        return notes_on(self.invoice, self.document, self.exact, self.rules)


@dataclass(frozen=True, slots=True)
class Origin:
    """When the invoice was finalized and received, and its source; passed on unchanged."""

    finalized_at: datetime | None = None
    received_at: datetime | None = None
    source: Source | None = None


UNKNOWN_ORIGIN = Origin()


def map_billing(
    billing: Billing, rules: MappingRules, *, origin: Origin = UNKNOWN_ORIGIN, forced: bool = False
) -> Mapped | Skip:
    """Map an invoice to the document for the customer who is billed.

    Raises as ``map_invoice`` does.
    """
    if billing.instead is None:
        return map_invoice(billing.invoice, rules, origin=origin, forced=forced)
    # A document that exists is the better reason.
    if skip := find_skip(billing.invoice, rules, forced=forced):
        return skip
    if isinstance(billing.instead, Rejected):
        raise billing.instead
    return billing.instead


def map_invoice(
    invoice: MetronomeInvoice,
    rules: MappingRules,
    *,
    origin: Origin = UNKNOWN_ORIGIN,
    forced: bool = False,
) -> Mapped | Skip:
    """Map an invoice. The same invoice and rules give the same document.

    Raises ``Rejected`` with a code of the formatter if the invoice cannot be sent.
    """
    if skip := find_skip(invoice, rules, forced=forced):
        return skip
    currency = currency_of(invoice.credit_type)
    selection = select_lines(invoice, rules)
    if skip := _find_money_skip(invoice, selection, currency, rules):
        return skip
    return _map_document(invoice, selection, converter_of(invoice.total, currency), rules, origin)


def _find_money_skip(
    invoice: MetronomeInvoice, selection: Selection, currency: Currency, rules: MappingRules
) -> Skip | None:
    amounts = [currency.major(line.total) for line in selection.counted]
    total = currency.major(invoice.total)
    check_sum(amounts, total, minor_digits=currency.minor_digits, tolerance=rules.totals_tolerance)
    if round_total(total, currency.minor_digits):
        return None
    if not amounts:
        return Skip("nothing-to-bill", "Its total is zero and it has no line in its currency.")
    if rules.zero_total_invoices == "skip":
        return Skip(
            "zero-total", "Its total is zero, and ZERO_TOTAL_INVOICES says to skip such invoices."
        )
    return None


def _map_document(
    invoice: MetronomeInvoice,
    selection: Selection,
    converter: AmountConverter,
    rules: MappingRules,
    origin: Origin,
) -> Mapped:
    external_customer_id = external_customer(invoice, rules)
    destination = destination_of(invoice, rules)
    extra = ExtraFields(invoice, templates_for(destination, rules.extra_fields))
    exact = exact_lines(selection.counted, converter, rules, extra, destination=destination)
    document_fields = extra.of_document()
    extra.check_filled()
    dates = document_dates(invoice, rules)
    total = converter.total(invoice.total)
    document = FormattedInvoice(
        document_type=converter.document_type,
        invoice_id=invoice.id,
        metronome_customer_id=invoice.customer_id,
        external_customer_id=external_customer_id,
        destination=destination,
        invoice_type=invoice.type,
        currency=converter.currency.code,
        total=total,
        start_date=dates.period.start,
        end_date=dates.period.end,
        issue_date=dates.issue,
        due_date=dates.due,
        line_items=rounded_lines(exact, total, converter.currency.minor_digits),
        informational_lines=tuple(
            informational(line, reason, rules) for line, reason in selection.left_out
        ),
        extra_fields=document_fields,
        contract_id=invoice.contract_id,
        corrected_invoice_id=invoice.correction_record.corrected_invoice_id
        if invoice.correction_record
        else None,
        regenerated_from_invoice_id=invoice.regenerated_from_invoice_id,
        known_document_id=known_document(invoice, destination),
        source=origin.source,
        finalized_at=origin.finalized_at,
        received_at=origin.received_at,
    )
    return Mapped(document, exact, invoice, rules)
