"""Turn QuickBooks' answers into our errors. Pure.

The code in the body counts before the status.
"""

import re
from datetime import datetime

from invoice_providers.messages import advice, sent_ids
from invoice_providers.quickbooks_online.codes import MEANINGS, TAX, UNLISTED, Next, next_step
from invoice_providers.quickbooks_online.faults import Fault, faults_of, response_of
from invoice_shared.answer import Answer
from invoice_shared.errors import (
    AlreadyExists,
    CallFailed,
    CredentialsRefused,
    Rejected,
    Unavailable,
    Uncertain,
)
from invoice_shared.invoice import FormattedInvoice

# The delay that Intuit documents after a 429 (limits and throttles), without a Retry-After header.
THROTTLE_SECONDS = 60.0
# The delay while somebody else is changing what is needed.
BUSY_SECONDS = 5.0
# The delays, unless the answer asks for another.
WAITS: dict[Next, float] = {"throttle": THROTTLE_SECONDS, "busy": BUSY_SECONDS}
STATES: dict[Next, str] = {
    "throttle": "throttles us",
    "down": "is down",
    "unknown": "failed",
    "busy": "is busy with what the document needs",
}
NOT_FOUND = "610"
NOT_QUERYABLE = frozenset({"4000", "4001"})
# Lines of a taxed invoice (Intuit's reference).
MAX_TAXED_LINES = 750
# In a 6000: an internal error after which the invoice existed (zao woocommerce issue 12).
INTERNAL_IN_DETAIL = "(-30003)"
# ``TxnId=123`` in the detail of a duplicate is the same in all languages.
TRANSACTION = re.compile(r"TxnId\s*=\s*(\w+)")
# In a 6000 about a line without a tax code, outside the US (activepieces issue 8539).
TAX_WORDS = re.compile(r"\b(GST|HST|VAT|PST|QST|TPS|TVH|TVQ|tax)", re.IGNORECASE)


def create_error(answer: Answer, now: datetime, document: FormattedInvoice) -> CallFailed:
    """Return the error for an answer to a POST that is not a readable transaction."""
    faults = faults_of(answer)
    if answer.is_success and not faults:
        return Uncertain("QuickBooks Online accepted the document, but its answer cannot be read.")
    step = _next_step(answer, faults)
    if (error := _general_error(answer, faults, step, now)) is not None:
        return error
    reason = (
        f"QuickBooks Online refused the document: {_said(answer, faults)}"
        f" {_advice(faults, document)}".strip()
    )
    if step == "taken":
        return AlreadyExists(reason, document_id=_transaction(faults), response=response_of(answer))
    return Rejected("provider-rejected", reason, response=response_of(answer))


def lookup_error(answer: Answer, now: datetime) -> CallFailed:
    """Return the error for an answer to a query that cannot be read."""
    faults = faults_of(answer)
    return _general_error(answer, faults, _next_step(answer, faults), now) or Unavailable(
        f"QuickBooks Online did not show the document: {_said(answer, faults)}",
        response=response_of(answer),
    )


def says_not_there(answer: Answer) -> bool:
    """Whether a GET by id was answered with "Object Not Found", e.g. after a deletion."""
    return NOT_FOUND in {fault.code for fault in faults_of(answer)}


def says_not_queryable(answer: Answer) -> bool:
    """Whether a query was refused because a field cannot be queried."""
    return bool(NOT_QUERYABLE & {fault.code for fault in faults_of(answer)})


def _next_step(answer: Answer, faults: list[Fault]) -> Next:
    step = next_step({fault.code for fault in faults})
    # A missing permission was once seen as an intermittent 500.
    if step == "us" and answer.status >= 500:
        return "unknown"
    if step not in (None, "refused"):
        return step
    if any(INTERNAL_IN_DETAIL in fault.said for fault in faults):
        return "unknown"
    return _by_status(answer.status)


def _by_status(status: int) -> Next:
    match status:
        case 429:
            return "throttle"
        # 404 and 405: QBO_BASE_URL is wrong. A missing transaction is a 400 with code 610.
        case 401 | 403 | 404 | 405:
            return "us"
        case 503:
            return "down"
        case 408 | 425:
            return "unknown"
    if 300 <= status < 400:
        return "down"
    return "unknown" if status >= 500 else "refused"


def _general_error(
    answer: Answer, faults: list[Fault], step: Next, now: datetime
) -> CallFailed | None:
    """Return the error that is not caused by the document."""
    if step in ("taken", "refused"):
        return None
    said, response = _said(answer, faults), response_of(answer)
    if step == "us":
        known = [MEANINGS[fault.code].advice for fault in faults if fault.code in MEANINGS]
        what = next(iter(known), "Check QBO_BASE_URL, QBO_REALM_ID and the app's connection.")
        return CredentialsRefused(f"QuickBooks Online refuses us: {said} {what}", response=response)
    if 300 <= answer.status < 400:
        said = f"it redirects ({answer.status}), which is not followed. Check QBO_BASE_URL."
    retry_after = answer.retry_after(now)
    return Unavailable(
        f"QuickBooks Online {STATES[step]}: {said}",
        retry_after=WAITS.get(step) if retry_after is None else retry_after,
        outage=step in ("throttle", "down"),
        refused=step == "busy",
        response=response,
    )


def _advice(faults: list[Fault], document: FormattedInvoice) -> str:
    meanings = [MEANINGS.get(fault.code, UNLISTED) for fault in faults]
    what = [
        TAX if _is_about_tax(fault) else meaning.advice
        for fault, meaning in zip(faults, meanings, strict=True)
    ]
    where = advice(document, " ".join(fault.said for fault in faults))
    if not where and any(meaning.names_ids for meaning in meanings):
        where = sent_ids(document)
    return " ".join(part for part in (*dict.fromkeys(what), where, _about_lines(document)) if part)


def _about_lines(document: FormattedInvoice) -> str:
    count = len(document.line_items)
    if count <= MAX_TAXED_LINES:
        return ""
    return (
        f"A taxable invoice may have {MAX_TAXED_LINES} lines, and this one has {count}: if that is"
        " the cause, set LINE_GROUPING=by_item and replay from raw."
    )


def _is_about_tax(fault: Fault) -> bool:
    return fault.code == "6000" and TAX_WORDS.search(fault.said) is not None


def _transaction(faults: list[Fault]) -> str | None:
    found = TRANSACTION.search(" ".join(fault.said for fault in faults))
    return found.group(1) if found else None


def _said(answer: Answer, faults: list[Fault]) -> str:
    sentences = [_sentence(fault) for fault in faults if fault.said]
    return " ".join(sentences) or f"status {answer.status} without a reason."


def _sentence(fault: Fault) -> str:
    element = f", field {fault.element}" if fault.element else ""
    return f"{fault.said.rstrip('.')} (code {fault.code}{element})."
