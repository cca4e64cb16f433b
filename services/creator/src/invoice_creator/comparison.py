"""Compare a provider's documents with the document that an invoice asks for. Pure."""

from collections.abc import Sequence
from typing import NoReturn

from invoice_providers.base import Found
from invoice_providers.found import stands
from invoice_shared.errors import Rejected
from invoice_shared.invoice import FormattedInvoice

# How a document that does not exist any more ended.
REMOVED = {"void": "was voided or cancelled", "deleted": "was deleted"}


def may_be_of(document: FormattedInvoice, named: Found) -> bool:
    """Return whether a document named by Metronome can be the invoice's, although its id differs.

    A document of another customer is not: the sandbox's same id can be another document's.
    """
    carries_id = named.invoice_id in (None, document.invoice_id)
    return carries_id or named.external_customer_id in (None, document.external_customer_id)


def ours_among(
    document: FormattedInvoice,
    found: Sequence[Found],
    *,
    is_forced: bool = False,
    void_keeps: str | None = None,
) -> Found | None:
    """Return our document, or ``None`` if there is none and one may be created.

    ``is_forced`` ignores documents that were removed, never one that exists. ``void_keeps`` is the
    provider's, see ``Provider``. Raises ``Rejected("conflicting-document")``.
    """
    standing = [each for each in found if stands(each)]
    agreeing = [each for each in standing if not _differences(document, each)]
    if agreeing:
        return agreeing[0]
    if standing:
        _refuse_other(document, standing[0])
    if found and not is_forced:
        _refuse_removed(found[0], void_keeps)
    return None


def verify_same_document(
    document: FormattedInvoice, found: Found, *, void_keeps: str | None = None
) -> Found:
    """Return ``found`` if it is the document that the invoice asks for.

    Raises ``Rejected("conflicting-document")``.
    """
    if not stands(found):
        _refuse_removed(found, void_keeps)
    if _differences(document, found):
        _refuse_other(document, found)
    return found


def _refuse_other(document: FormattedInvoice, found: Found) -> NoReturn:
    raise Rejected(
        "conflicting-document",
        f"Document {found.document_id} exists under this invoice's id, but "
        f"{' and '.join(_differences(document, found))}. Nothing was changed. "
        "Correct or remove that document, or resolve the invoice by hand.",
    )


def _refuse_removed(found: Found, void_keeps: str | None) -> NoReturn:
    is_taken = found.state == "void" and void_keeps is not None
    first = (
        f"first clear its {void_keeps}, which keeps this invoice's id taken, then "
        if is_taken
        else ""
    )
    raise Rejected(
        "conflicting-document",
        f"Document {found.document_id} of this invoice {REMOVED[found.state or 'void']} at the "
        f"billing provider, so no other was created. To bill the invoice again, {first}replay it "
        "with --force; else resolve it by hand.",
    )


def _differences(document: FormattedInvoice, found: Found) -> list[str]:
    """Return a clause per fact that the provider shows and that differs."""
    compared = (
        ("invoice id", document.invoice_id, found.invoice_id),
        ("customer", document.external_customer_id, found.external_customer_id),
        ("type", document.document_type, found.document_type),
        ("total", document.total, found.total),
        ("currency", document.currency, found.currency),
    )
    return [
        f"its {what} is {theirs} instead of {ours}"
        for what, ours, theirs in compared
        if theirs is not None and theirs != ours
    ]
