"""Build the API's transaction object from a request, and its next states.

Pure: object in, object out.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from invoice_simulators.quickbooks_online.rules import READ_ONLY, SALES_ITEM, is_item_line, total_of
from invoice_simulators.wire import Json

SUBTOTAL = "SubTotalLineDetail"


def frame(body: Json, transaction_id: str, home_currency: str, created: str) -> Json:
    """Return a new transaction. ``body`` was checked and has its number."""
    total = total_of(body["Line"])
    return _shown(body, home_currency, created[:10]) | {
        "Id": transaction_id,
        "SyncToken": "0",
        "TotalAmt": total,
        "Balance": total,
        "LinkedTxn": [],
        "MetaData": {"CreateTime": created, "LastUpdatedTime": created},
    }


def request_of(shown: Json) -> Json:
    """Return the request that would write this transaction."""
    kept = {name: value for name, value in shown.items() if name not in READ_ONLY}
    return kept | {"Line": [line for line in shown["Line"] if line["DetailType"] != SUBTOTAL]}


def updated(shown: Json, body: Json, home_currency: str, now: str) -> Json:
    """Return a transaction with new fields; payments stay."""
    total = total_of(body["Line"])
    kept = {name: shown[name] for name in ("Id", "MetaData", "LinkedTxn")}
    balance = {"TotalAmt": total, "Balance": total - (shown["TotalAmt"] - shown["Balance"])}
    fresh = _shown(body, home_currency, shown["TxnDate"]) | kept | balance
    return touched(fresh | {"SyncToken": shown["SyncToken"]}, now)


def voided(shown: Json, now: str) -> Json:
    """Return a voided transaction: same number, zero amounts and quantities."""
    lines = [_zero(line) for line in shown["Line"]]
    note = f"Voided {shown.get('PrivateNote') or ''}".rstrip()
    return touched(
        shown | {"TotalAmt": 0, "Balance": 0, "Line": lines, "LinkedTxn": [], "PrivateNote": note},
        now,
    )


def paid(shown: Json, amount: Decimal, payment_id: str, now: str) -> Json:
    """Return a transaction with a payment, linked to it."""
    payment = {"TxnId": payment_id, "TxnType": "Payment"}
    rest = Decimal(shown["Balance"]) - amount
    return touched(shown | {"Balance": rest, "LinkedTxn": [*shown["LinkedTxn"], payment]}, now)


def retotalled(lines: list[Json], total: Decimal) -> list[Json]:
    """Return lines that sum to ``total``; the first item line loses quantity and price."""
    first = next((index for index, line in enumerate(lines) if is_item_line(line)), 0)
    line = lines[first]
    detail = {
        name: value for name, value in line[SALES_ITEM].items() if name not in ("Qty", "UnitPrice")
    }
    changed = line | {"Amount": line["Amount"] + total - total_of(lines), SALES_ITEM: detail}
    return [*lines[:first], changed, *lines[first + 1 :]]


def touched(shown: Json, now: str) -> Json:
    """Return a transaction with one more change counted."""
    meta: Mapping[str, Any] = shown["MetaData"]
    return shown | {
        "SyncToken": str(int(shown["SyncToken"]) + 1),
        "MetaData": {**meta, "LastUpdatedTime": now},
    }


def _shown(body: Json, home_currency: str, date: str) -> Json:
    currency = (body.get("CurrencyRef") or {}).get("value", home_currency)
    written = {name: value for name, value in body.items() if name not in READ_ONLY}
    lines = [line for line in body["Line"] if line["DetailType"] != SUBTOTAL]
    numbered = [{**line, "Id": str(index), "LineNum": index} for index, line in enumerate(lines, 1)]
    return {
        "TxnDate": date,
        **written,
        "Line": [*numbered, {"Amount": total_of(lines), "DetailType": SUBTOTAL, SUBTOTAL: {}}],
        "CurrencyRef": {"value": currency, "name": currency},
        "domain": "QBO",
        "sparse": False,
    }


def _zero(line: Json) -> Json:
    changed = {**line, "Amount": 0} if "Amount" in line else line
    if SALES_ITEM not in line:
        return changed
    numbers = {name: 0 for name in ("Qty", "UnitPrice") if name in line[SALES_ITEM]}
    return changed | {SALES_ITEM: line[SALES_ITEM] | numbers}
