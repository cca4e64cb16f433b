"""Decide who is billed from an invoice's payer and its contract's hierarchy. Pure.

Metronome documents the fields and the cases, not each combination ("Model hierarchical customer
relationships"). A missing skip bills twice, but a missing bill only waits for a person: every other
combination is undecided.
"""

from dataclasses import dataclass

from invoice_formatter.mapping.hierarchy.contract import Alone, Child, Member, Parent, Place
from invoice_formatter.mapping.invoice_types import CONSOLIDATED, SCHEDULED, USAGE
from invoice_formatter.mapping.metronome_invoice import MetronomeInvoice


@dataclass(frozen=True, slots=True)
class Bill:
    """The customer who pays."""

    customer_id: str


@dataclass(frozen=True, slots=True)
class Contained:
    """Billed within a consolidated invoice of this customer, if one of them contains it."""

    customer_id: str


@dataclass(frozen=True, slots=True)
class Undecided:
    """Nobody may be billed before a person decides."""

    why: str


Verdict = Bill | Contained | Undecided


def verdict_on(invoice: MetronomeInvoice, place: Place) -> Verdict:
    """Return who is billed for an invoice with its contract in this place."""
    if invoice.type == CONSOLIDATED:
        return _consolidated(invoice, place)
    if isinstance(place, Alone):
        return _alone(invoice)
    if invoice.type == USAGE:
        return _usage(invoice, place)
    if invoice.type == SCHEDULED:
        return _scheduled(invoice, place)
    return Undecided(f"it is of the type {invoice.type}, and its contract {_said(place)}")


def _consolidated(invoice: MetronomeInvoice, place: Place) -> Verdict:
    if place == Parent("CONCATENATE"):
        return Bill(invoice.payer_customer_id or invoice.customer_id)
    return Undecided(f"it is a consolidated invoice, and its contract {_said(place)}")


def _alone(invoice: MetronomeInvoice) -> Verdict:
    if invoice.payer is None or invoice.pays_itself:
        return Bill(invoice.customer_id)
    return Undecided(f"it names {_payer(invoice)}, and its contract is in no hierarchy")


def _usage(invoice: MetronomeInvoice, place: Parent | Child) -> Verdict:
    if invoice.payer is None:
        return Undecided(f"it names {_payer(invoice)}, and its contract {_said(place)}")
    return (
        _usage_of_its_own(invoice, place)
        if invoice.pays_itself
        else _usage_of_another(invoice, place)
    )


def _usage_of_its_own(invoice: MetronomeInvoice, place: Parent | Child) -> Verdict:
    match place:
        # SELF must be SEPARATE.
        case Parent("NONE") | Child(payer="SELF", statements="SEPARATE" | None):
            return Bill(invoice.customer_id)
        case Parent("CONCATENATE"):
            return Contained(invoice.customer_id)
    return Undecided(f"it names {_payer(invoice)}, and its contract {_said(place)}")


def _usage_of_another(invoice: MetronomeInvoice, place: Parent | Child) -> Verdict:
    match place:
        # CONSOLIDATE needs PARENT.
        case Child(parent, "PARENT" | None, "CONSOLIDATE") if _is_paid_by(invoice, parent):
            return Contained(parent.customer_id)
        case Child(parent, "PARENT", "SEPARATE") if _is_paid_by(invoice, parent):
            return Bill(parent.customer_id)
    return Undecided(f"it names {_payer(invoice)}, and its contract {_said(place)}")


def _scheduled(invoice: MetronomeInvoice, place: Parent | Child) -> Verdict:
    match place:
        case Child(parent, "PARENT") if invoice.payer is None or _is_paid_by(invoice, parent):
            return Bill(parent.customer_id)
        case Parent() | Child(payer="SELF") if invoice.payer is None or invoice.pays_itself:
            return Bill(invoice.customer_id)
    return Undecided(f"it names {_payer(invoice)}, and its contract {_said(place)}")


def _is_paid_by(invoice: MetronomeInvoice, member: Member) -> bool:
    return invoice.payer is not None and invoice.payer.is_of(member.customer_id, member.contract_id)


def _payer(invoice: MetronomeInvoice) -> str:
    return (
        f"{invoice.payer_customer_id or 'no customer'} as the payer"
        if invoice.payer
        else "no payer"
    )


def _said(place: Place) -> str:
    match place:
        case Parent(consolidation):
            return f"is a parent with the consolidation {consolidation or 'not set'}"
        case Child(parent, payer, statements):
            return (
                f"is a child of {parent.customer_id} with the payer {payer or 'not set'} and the"
                f" statement behavior {statements or 'not set'}"
            )
    return "is in no hierarchy"
