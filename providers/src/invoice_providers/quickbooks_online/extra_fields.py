"""Convert EXTRA_FIELDS to QuickBooks' fields. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from invoice_providers.messages import clean, cut
from invoice_shared.errors import Rejected
from invoice_shared.text import visible_id

MAX_CUSTOMER_MEMO = 1000

REFERENCES = frozenset({"ClassRef", "DepartmentRef", "SalesTermRef"})
# A credit memo has no due date.
INVOICE_ONLY = frozenset({"SalesTermRef"})
# ``memo`` is NetSuite's name for the same field.
CUSTOMER_MEMO = ("CustomerMemo", "memo")
PRIVATE_NOTE = "PrivateNote"
TAX_CALCULATION = "GlobalTaxCalculation"
# Companies outside the US need it; companies in the US refuse it.
TAX_CALCULATIONS = ("TaxExcluded", "TaxInclusive", "NotApplicable")
KNOWN = (*CUSTOMER_MEMO, PRIVATE_NOTE, TAX_CALCULATION, *sorted(REFERENCES))

LINE_REFERENCES = frozenset({"ClassRef", "TaxCodeRef"})
SERVICE_DATE = "ServiceDate"
LINE_KNOWN = (*sorted(LINE_REFERENCES), SERVICE_DATE)


def document_fields(fields: Mapping[str, str], document_type: str) -> dict[str, Any]:
    """Return the fields of the document, except the private note.

    Raises ``Rejected`` for an unknown name.
    """
    _check_names(fields, KNOWN, "")
    memos = [fields[name] for name in CUSTOMER_MEMO if name in fields]
    references = [
        name
        for name in sorted(REFERENCES & set(fields))
        if document_type == "invoice" or name not in INVOICE_ONLY
    ]
    return {
        **({"CustomerMemo": {"value": cut(clean(memos[0]), MAX_CUSTOMER_MEMO)}} if memos else {}),
        **{name: {"value": visible_id(fields[name])} for name in references},
        **_tax_calculation(fields),
    }


def line_fields(fields: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of a line's detail. Raises ``Rejected``."""
    _check_names(fields, LINE_KNOWN, "line.")
    references = {
        name: {"value": visible_id(fields[name])} for name in sorted(LINE_REFERENCES & set(fields))
    }
    return references | (
        {SERVICE_DATE: _day(fields[SERVICE_DATE])} if SERVICE_DATE in fields else {}
    )


def _tax_calculation(fields: Mapping[str, str]) -> dict[str, str]:
    if TAX_CALCULATION not in fields:
        return {}
    asked = visible_id(fields[TAX_CALCULATION])
    if asked not in TAX_CALCULATIONS:
        raise _wrong(
            f'fills {TAX_CALCULATION} with "{asked}"; QuickBooks Online accepts'
            f" {', '.join(TAX_CALCULATIONS)}"
        )
    return {TAX_CALCULATION: asked}


def _day(text: str) -> str:
    # A template with one of Metronome's times contains more than the day.
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError as error:
        raise _wrong(
            "fills line.ServiceDate with something that is not a date (YYYY-MM-DD)"
        ) from error


def _check_names(fields: Mapping[str, str], known: tuple[str, ...], prefix: str) -> None:
    # QuickBooks ignores or refuses unknown names, depending on the name. Report them before that.
    if unknown := sorted(set(fields) - set(known)):
        names = ", ".join(prefix + name for name in unknown)
        raise _wrong(
            f"fills {names}; QuickBooks Online accepts {', '.join(prefix + name for name in known)}"
        )


def _wrong(what: str) -> Rejected:
    return Rejected(
        "provider-rejected", f"EXTRA_FIELDS {what}. Correct EXTRA_FIELDS and replay from raw."
    )
