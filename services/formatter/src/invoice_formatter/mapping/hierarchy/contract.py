"""Read a contract's place in an account hierarchy. Pure.

Source: ``hierarchy_configuration`` of the public OpenAPI file. Requests accept the values in any
case, so responses are compared without case, too. No default is documented: a missing value is
``None``, not a guess.
"""

from dataclasses import dataclass
from typing import Any

from invoice_shared.errors import Rejected
from invoice_shared.serde import text_of


@dataclass(frozen=True, slots=True)
class Member:
    """A contract of a customer."""

    customer_id: str
    contract_id: str


@dataclass(frozen=True, slots=True)
class Alone:
    """A contract in no hierarchy."""


@dataclass(frozen=True, slots=True)
class Parent:
    """A contract with children; ``consolidation`` is ``CONCATENATE`` or ``NONE``."""

    consolidation: str | None


@dataclass(frozen=True, slots=True)
class Child:
    """A contract with a parent.

    ``payer`` is ``SELF`` or ``PARENT``, ``statements`` is ``CONSOLIDATE`` or ``SEPARATE``.
    """

    parent: Member
    payer: str | None
    statements: str | None


Place = Alone | Parent | Child


def place_in(answer: Any) -> Place:
    """Return the place in the response for a contract. Raises ``Rejected("payer-not-decided")``."""
    contract = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(contract, dict):
        raise _unreadable('has no "data" object')
    hierarchy = contract.get("hierarchy_configuration")
    if hierarchy is None:
        return Alone()
    if not isinstance(hierarchy, dict):
        raise _unreadable("has a hierarchy_configuration that is not an object")
    return _place(hierarchy)


def _place(hierarchy: dict[str, Any]) -> Place:
    children, parent = hierarchy.get("children"), hierarchy.get("parent")
    if children is not None and parent is None:
        return Parent(_value(hierarchy.get("parent_behavior"), "invoice_consolidation_type"))
    if parent is None or children is not None:
        raise _unreadable("has both a parent and children, or neither")
    customer_id, contract_id = text_of(parent, "customer_id"), text_of(parent, "contract_id")
    if customer_id is None or contract_id is None:
        raise _unreadable("has a parent without its ids")
    return Child(
        Member(customer_id, contract_id),
        _value(hierarchy, "payer"),
        _value(hierarchy, "usage_statement_behavior"),
    )


def _value(tree: Any, name: str) -> str | None:
    text = text_of(tree, name)
    return text.strip().upper() if text else None


def _unreadable(problem: str) -> Rejected:
    return Rejected(
        "payer-not-decided",
        f"Metronome's response for the contract {problem}, so it is unknown who pays: check the"
        " contract in Metronome.",
    )
