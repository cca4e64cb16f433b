"""Convert EXTRA_FIELDS to NetSuite's fields and kinds of values. Pure.

A template gives text. The kind follows from the name, or is given after it: ``custbody_region#id``.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from invoice_providers.amounts import plain
from invoice_providers.messages import clean, cut
from invoice_shared.errors import Rejected
from invoice_shared.text import visible_id
from invoice_shared.types import MAX_DIGITS

MAX_MEMO = 999
MAX_DESCRIPTION = 4000
LENGTHS = {
    "memo": MAX_MEMO,
    "otherRefNum": 45,
    "description": MAX_DESCRIPTION,
    "message": MAX_DESCRIPTION,
}
REFERENCES = frozenset(
    {
        "account",
        "approvalStatus",
        "class",
        "customForm",
        "department",
        "job",
        "leadSource",
        "location",
        "partner",
        "postingPeriod",
        "salesRep",
        "shipMethod",
        "subsidiary",
        "terms",
        "units",
    }
)
# Custom segments are references, whatever their names.
SEGMENTS = "cseg"
BOOLEANS = frozenset({"excludeCommissions", "toBeEmailed", "toBeFaxed", "toBePrinted"})
NUMBERS = frozenset({"discountRate", "exchangeRate", "handlingCost", "shippingCost"})
CUSTOM = ("custbody", "custcol")
TRUTHS = {"true": True, "false": False}
# A credit memo has no due date and no service period.
INVOICE_ONLY = frozenset({"terms", "dueDate", "startDate", "endDate"})
# Fields that an extra field must not set, because one document over exact amounts depends on them.
OURS = frozenset(
    {"externalId", "entity", "currency", "item", "amount", "quantity", "rate", "price"}
)


def extra_fields(fields: Mapping[str, str], document_type: str) -> dict[str, Any]:
    """Return the fields with values as NetSuite expects them.

    Raises ``Rejected`` for a value that is not of its kind.
    """
    named = {tuple(key.partition("#")[::2]): text for key, text in fields.items()}
    return {
        name: _value(name, kind, text)
        for (name, kind), text in named.items()
        if document_type == "invoice" or name not in INVOICE_ONLY
    }


def overridden(keys: Iterable[str]) -> frozenset[str]:
    """Return the names among the keys that an extra field must not have."""
    return OURS & {key.partition("#")[0] for key in keys}


def _value(name: str, kind: str, text: str) -> Any:
    read = KINDS.get(kind or _kind_of(name, text))
    if read is None:
        raise _wrong(
            f'has the unknown kind "#{kind}" at {name}: use'
            f" {', '.join(f'#{known}' for known in KINDS)}"
        )
    return read(name, text)


def _kind_of(name: str, text: str) -> str:
    if name in REFERENCES or name.startswith(SEGMENTS):
        return "id"
    # A custom checkbox refuses text, and a custom text field with only this word is rare.
    if name in BOOLEANS or (name.startswith(CUSTOM) and text in TRUTHS):
        return "boolean"
    return "number" if name in NUMBERS else "text"


def _text(name: str, text: str) -> str:
    return cut(clean(text), LENGTHS.get(name))


def _number(name: str, text: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) >= MAX_DIGITS:
        raise _wrong(f'fills {name} with "{text}", which is not a number')
    return plain(number)


def _boolean(name: str, text: str) -> bool:
    truth = TRUTHS.get(text.strip().lower())
    if truth is None:
        raise _wrong(f'fills {name} with "{text}", which is neither true nor false')
    return truth


def _id(_name: str, text: str) -> dict[str, str]:
    return {"id": visible_id(text)}


def _ids(_name: str, text: str) -> dict[str, list[dict[str, str]]]:
    return {"items": [{"id": visible_id(part)} for part in text.split(",") if visible_id(part)]}


KINDS: dict[str, Callable[[str, str], Any]] = {
    "text": _text,
    "number": _number,
    "boolean": _boolean,
    "id": _id,
    "ids": _ids,
}


def _wrong(what: str) -> Rejected:
    return Rejected(
        "provider-rejected", f"EXTRA_FIELDS {what}. Correct EXTRA_FIELDS and replay from raw."
    )
