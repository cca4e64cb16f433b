"""Decide whom an invoice is billed to. Pure: it asks Metronome in steps."""

from dataclasses import dataclass
from typing import Any

from invoice_formatter.mapping.hierarchy.contract import Place, place_in
from invoice_formatter.mapping.hierarchy.listing import ConsolidatedPage, page_in
from invoice_formatter.mapping.hierarchy.steps import Step, Steps
from invoice_formatter.mapping.hierarchy.verdict import Bill, Undecided, Verdict, verdict_on
from invoice_formatter.mapping.invoice_types import CONSOLIDATED
from invoice_formatter.mapping.metronome_invoice import MetronomeInvoice
from invoice_formatter.mapping.rules import MappingRules
from invoice_formatter.mapping.skip import Skip
from invoice_formatter.mapping.skips import find_own_skip
from invoice_shared.errors import Rejected
from invoice_shared.metronome import questions

# A consolidated invoice can be finalized after its constituents: it must contain them after this
# time.
LOOK_AGAIN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Billing:
    """The invoice with the billed customer's custom fields; ``instead`` is why nobody is billed."""

    invoice: MetronomeInvoice
    instead: Skip | Rejected | None = None


def billing_of(invoice: MetronomeInvoice, rules: MappingRules) -> Steps[Billing]:
    """Decide whom an invoice is billed to; ask only what its payer and the rules do not decide.

    Never raises.
    """
    is_taken = (
        invoice.type in rules.metronome_invoices_types and find_own_skip(invoice, rules) is None
    )
    if not is_taken or not _asks(invoice, rules):
        return Billing(invoice)
    try:
        return (yield from _decide(invoice, rules))
    except Rejected as refused:
        return Billing(invoice, refused)


def _asks(invoice: MetronomeInvoice, rules: MappingRules) -> bool:
    is_hierarchy_known = _bills_consolidated(rules) or rules.hierarchy_billed_to is not None
    return invoice.payer is not None or invoice.type == CONSOLIDATED or is_hierarchy_known


def _bills_consolidated(rules: MappingRules) -> bool:
    return CONSOLIDATED in rules.metronome_invoices_types


def _decide(invoice: MetronomeInvoice, rules: MappingRules) -> Steps[Billing]:
    verdict = yield from _verdict(invoice)
    if isinstance(verdict, Undecided):
        raise _not_decided(
            f"{verdict.why}. Correct the contract in Metronome and replay, or bill it by hand"
        )
    if isinstance(verdict, Bill):
        return (yield from _bill(invoice, verdict.customer_id, rules))
    if not _bills_consolidated(rules):
        raise _not_decided(
            "according to its contract a consolidated invoice contains it, but"
            f" METRONOME_INVOICES_TYPES does not contain {CONSOLIDATED}, so nobody would be billed."
            " Add it and replay, or bill this invoice by hand"
        )
    return (yield from _find_consolidated(invoice, verdict.customer_id))


def _verdict(invoice: MetronomeInvoice) -> Steps[Verdict]:
    if invoice.contract_id is None:
        # A legacy plan has no contract and no hierarchy.
        if invoice.payer is None and invoice.type != CONSOLIDATED:
            return Bill(invoice.customer_id)
        return Undecided("it belongs to a hierarchy, but has no contract that decides who pays")
    place: Place = yield Step(
        questions.contract(invoice.customer_id, invoice.contract_id), place_in
    )
    return verdict_on(invoice, place)


def _bill(invoice: MetronomeInvoice, customer_id: str, rules: MappingRules) -> Steps[Billing]:
    if customer_id == invoice.customer_id or rules.hierarchy_billed_to == "customer":
        return Billing(invoice)
    if rules.hierarchy_billed_to is None:
        raise _not_decided(
            f'the customer {customer_id} pays for it. Set HIERARCHY_BILLED_TO to "payer" or to'
            ' "customer" and replay'
        )
    fields: dict[str, Any] = yield Step(questions.customer(customer_id), _custom_fields)
    return Billing(invoice.billed_to(customer_id, fields))


def _find_consolidated(invoice: MetronomeInvoice, customer_id: str) -> Steps[Billing]:
    for wait_seconds in (0.0, LOOK_AGAIN_SECONDS):
        if (
            consolidated := (yield from _containing(invoice.id, customer_id, wait_seconds))
        ) is not None:
            skip = Skip(
                "constituent-invoice",
                f"The consolidated invoice {consolidated} of the customer {customer_id} contains"
                " it, and is billed.",
            )
            return Billing(invoice, skip)
    raise _not_decided(
        f"according to its contract a consolidated invoice of the customer {customer_id} contains"
        " it,"
        " but none does. Replay it when one does, or bill it by hand"
    )


def _containing(invoice_id: str, customer_id: str, wait_seconds: float) -> Steps[str | None]:
    cursor, seen = None, set[str]()
    while True:
        question = questions.consolidated_invoices(customer_id, cursor)
        page: ConsolidatedPage = yield Step(
            question, page_in, is_kept=False, wait_seconds=wait_seconds
        )
        if (found := page.containing.get(invoice_id)) is not None:
            return found
        if page.cursor is None or page.cursor in seen:  # a repeated cursor would never end
            return None
        cursor, wait_seconds = page.cursor, 0.0
        seen.add(cursor)


def _custom_fields(answer: Any) -> dict[str, Any]:
    customer = answer.get("data") if isinstance(answer, dict) else None
    fields = customer.get("custom_fields") if isinstance(customer, dict) else None
    if not isinstance(fields, dict):
        raise _not_decided(
            "Metronome's response for the customer who pays has no custom fields. Check the"
            " customer in"
            " Metronome"
        )
    return fields


def _not_decided(why: str) -> Rejected:
    return Rejected(
        "payer-not-decided", f"It is not decided who is billed for this invoice: {why}."
    )
