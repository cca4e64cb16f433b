"""Decide the next step from draft to invoice, because Razorpay's creates are not repeatable.

Pure.

An invoice is created as a draft and issued later. A draft is issued only once the list shows it and
no other draft or invoice with its receipt. The list shows older invoices before newer ones. If two
invoices were issued, the issuer of the newer one must have seen the older one deleted, and a
deleted draft can never be issued, so two cannot exist. This holds however long a process freezes
between two calls, and however late a request arrives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from invoice_providers.base import Begun
from invoice_providers.razorpay.responses import Shown

OF_INVOICE = (
    "customer_id",
    "currency",
    "date",
    "description",
    "terms",
    "comment",
    "partial_payment",
)
OF_LINE = ("name", "amount", "currency", "quantity", "description")


@dataclass(frozen=True, slots=True)
class Listed:
    """The invoices with one receipt that are not cancelled, the oldest first.

    ``ours`` are drafts with our memo.
    """

    standing: tuple[Shown, ...]
    ours: tuple[Shown, ...]
    strangers: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Exists:
    """An invoice exists. Our ``drafts`` are superfluous."""

    document_id: str
    drafts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Blocked:
    """Somebody else's draft has the receipt. Our ``drafts`` cannot be issued."""

    stranger_id: str
    drafts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Make:
    """There is no usable draft.

    Our ``drafts`` differ from the present invoice.
    """

    drafts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """Our draft is not listed."""

    draft_id: str


@dataclass(frozen=True, slots=True)
class Tidy:
    """There are several drafts of ours: keep one, delete the others and look again."""

    keep: Begun
    drafts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alone:
    """The draft to keep is the only listed one."""

    keep: Begun
    shown: Shown


Step = Exists | Blocked | Make | Missing | Tidy | Alone


def sort_out(listed: tuple[Shown, ...], invoice_id: str) -> Listed:
    """Sort the invoices with a receipt. One with an unknown state counts as an invoice."""
    drafts = [shown for shown in listed if shown.is_draft]
    return Listed(
        tuple(shown for shown in listed if shown.found.state not in ("draft", "void", "deleted")),
        tuple(shown for shown in drafts if shown.memo == invoice_id),
        tuple(shown for shown in drafts if shown.memo != invoice_id),
    )


def next_step(listed: Listed, begun: Begun, body: Mapping[str, Any]) -> Step:
    """Return the next step for an invoice, whose draft ``begun`` may name."""
    known = tuple(dict.fromkeys((*(shown.id for shown in listed.ours), *_own(begun))))
    strangers = [shown.id for shown in listed.strangers if shown.id != begun.draft_id]
    if listed.standing:
        return Exists(listed.standing[0].id, known)
    if strangers:
        return Blocked(strangers[0], known)
    candidates = sorted((*listed.ours, *listed.strangers), key=lambda shown: shown.age)
    keep = next((shown for shown in candidates if _is_to_go_on_with(shown, begun, body)), None)
    if keep is None:
        is_listed = any(shown.id == begun.draft_id for shown in candidates)
        return Make(known) if begun.draft_id is None or is_listed else Missing(begun.draft_id)
    others = tuple(each for each in known if each != keep.id)
    is_same = keep.id == begun.draft_id
    kept = begun if is_same else Begun(keep.id, begun.since)
    return Tidy(replace(kept, was_alone=False), others) if others else Alone(kept, keep)


def fits(tree: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """Whether a draft matches the body, as far as Razorpay shows it."""
    theirs, ours = tree.get("line_items"), body["line_items"]
    if not isinstance(theirs, list) or len(theirs) != len(ours):
        return False
    lines = zip(theirs, ours, strict=True)
    return (
        tree.get("amount") == sum(line["amount"] for line in ours)
        and _agree(tree, body, OF_INVOICE)
        and (tree.get("notes") or {}) == body.get("notes", {})
        and all(isinstance(line, dict) and _agree(line, wanted, OF_LINE) for line, wanted in lines)
    )


def _own(begun: Begun) -> tuple[str, ...]:
    return () if begun.draft_id is None else (begun.draft_id,)


def _is_to_go_on_with(shown: Shown, begun: Begun, body: Mapping[str, Any]) -> bool:
    is_own = begun.is_made and shown.id == begun.draft_id
    return is_own or fits(shown.tree, body)


def _agree(shown: Mapping[str, Any], wanted: Mapping[str, Any], names: tuple[str, ...]) -> bool:
    return all(_text(shown.get(name)) == _text(wanted.get(name)) for name in names)


def _text(value: Any) -> Any:
    """Return a value for comparisons: normalized white space, and ``None`` if empty."""
    return " ".join(value.split()) or None if isinstance(value, str) else value or None
