"""Property names, kinds and lengths of the two records. Pure.

``creditMemo`` has no terms, due date or service period, as in the SOAP schema of the same record.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Literal

from invoice_simulators.netsuite.errors import invalid_content, user_error

RecordType = Literal["invoice", "creditMemo"]

REFERENCES = frozenset(
    """
    entity currency customForm subsidiary department class location salesRep account
    postingPeriod approvalStatus partner shipMethod billAddressList shipAddressList
    """.split()  # noqa: SIM905 - reads better than 15 lines
)
COMMON = REFERENCES | {
    "externalId",
    "tranDate",
    "tranId",
    "memo",
    "message",
    "email",
    "otherRefNum",
    "exchangeRate",
    "item",
    "shippingCost",
    "toBeEmailed",
    "toBePrinted",
}
HEADER: Mapping[RecordType, frozenset[str]] = {
    "invoice": COMMON | {"dueDate", "terms", "startDate", "endDate", "shipDate"},
    "creditMemo": COMMON,
}
LINE_REFERENCES = frozenset({"item", "price", "department", "class", "location", "units"})
LINE = LINE_REFERENCES | {"line", "description", "quantity", "rate", "amount"}

DATES = frozenset({"tranDate", "dueDate", "startDate", "endDate", "shipDate"})
# Characters; the limits of the fields in the UI.
LENGTHS = {
    "memo": 999,
    "description": 4000,
    "otherRefNum": 45,
    "tranId": 45,
    "message": 4000,
    "externalId": 255,
}


def check_names(
    body: Mapping[str, Any], known: Collection[str], custom: Collection[str] | None, at: str = ""
) -> None:
    """Refuse unknown properties, for ``X-NetSuite-PropertyNameValidation: Error``.

    ``custom`` are the account's own fields, null for all with their prefixes; ``at`` is the path
    before the name.
    """
    prefix = ("custcol", "cseg") if at else ("custbody", "cseg")
    for name in body:
        own = (
            name.startswith(prefix)
            if custom is None
            else name in custom and name.startswith(prefix)
        )
        if name not in known and not own:
            raise invalid_content(
                f"Invalid content in the request body. Unknown property: {name}.", at + name
            )


def check_values(body: Mapping[str, Any], at: str = "") -> None:
    """Check kinds and lengths of plain fields, and the form of references."""
    references = LINE_REFERENCES if at else REFERENCES | {"terms"}
    for name, value in body.items():
        if name in DATES:
            _check_date(value, at + name)
        if name in references:
            _check_reference(value, at + name)
        if name in LENGTHS:
            _check_text(name, value, at + name)


def _check_date(value: Any, path: str) -> None:
    try:
        valid = isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        valid = False
    if not valid:
        raise invalid_content(
            "Invalid content in the request body. A date must be YYYY-MM-DD.", path
        )


def _check_reference(value: Any, path: str) -> None:
    if not isinstance(value, dict) or not (
        value.get("id") or value.get("externalId") or value.get("refName")
    ):
        raise invalid_content(
            "Invalid content in the request body. A reference must be an object with an id.", path
        )


def _check_text(name: str, value: Any, path: str) -> None:
    if not isinstance(value, str):
        raise invalid_content(
            "Invalid content in the request body. The value must be a string.", path
        )
    if len(value) > LENGTHS[name]:
        limit = LENGTHS[name]
        raise user_error(
            f"The field {name} contained more than the maximum number ( {limit} ) of characters"
            " allowed.",
            path,
        )
