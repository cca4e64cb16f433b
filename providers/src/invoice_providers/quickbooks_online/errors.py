"""What QuickBooks' answers mean. Pure: status and body in, one of our errors out."""

import re
from datetime import datetime

from invoice_providers.quickbooks_online.faults import Fault, faults_of, response_of
from invoice_providers.wording import advice
from invoice_shared.answer import Answer
from invoice_shared.errors import AlreadyExists, CallFailed, CredentialsRefused, Rejected, Unavailable, Uncertain
from invoice_shared.invoice import FormattedInvoice

THROTTLE_SECONDS = 60.0
"""What Intuit asks for after a 429 (its page on limits and throttles); its answers carry no Retry-After."""
THROTTLED = "3001"
INTERNAL = "10000"
NOT_FOUND = "610"
TAKEN = frozenset({"6140", "6210"})
"""6210 is closed books, but Intuit has also printed it for a duplicate number: a look tells them apart."""
TRANSACTION = re.compile(r"TxnId\s*=\s*(\w+)")
"""``TxnId=123`` is a name in the detail of a duplicate, not a word of its language."""

OPERATORS_BUSINESS = {
    "120": "The user who connected the app lacks a permission; have an administrator connect it.",
    "3100": "The app is not authorised for this company; check QBO_REALM_ID and connect the app again.",
    "3200": "The access token is not accepted even after renewal; connect the app again and set QBO_REFRESH_TOKEN.",
    "6190": "The company's subscription has ended or has a billing problem; renew it.",
}
"""About us or the company, not about one invoice: nothing is filed."""

MENDING = {
    "610": "It does not exist or is inactive.",
    "2050": "A text is longer than QuickBooks takes: shorten what EXTRA_FIELDS fills, then replay from raw.",
    "2500": "QuickBooks has nothing under that id.",
    "6000": "Mend in QuickBooks what it says, then replay.",
    "6070": "This is a mistake of the connector's: report it with this answer.",
    "6210": "The books are closed for this date: open the period in QuickBooks, then replay.",
}
"""What to do, by code; QuickBooks' own words stand before it."""


def create_error(answer: Answer, now: datetime, document: FormattedInvoice) -> CallFailed:
    """Give the error for an answer to a POST that is no readable transaction."""
    faults = faults_of(answer)
    if answer.is_success and not faults:
        return Uncertain("QuickBooks Online accepted the document, but its answer cannot be read.")
    if (error := _general_error(answer, faults, now)) is not None:
        return error
    reason = f"QuickBooks Online refused the document: {_said(answer, faults)} {_mending(faults, document)}".strip()
    if TAKEN & {fault.code for fault in faults}:
        return AlreadyExists(reason, document_id=_transaction(faults), response=response_of(answer))
    return Rejected("provider-rejected", reason, response=response_of(answer))


def lookup_error(answer: Answer, now: datetime) -> CallFailed:
    """Give the error for an answer to a query that cannot be read."""
    faults = faults_of(answer)
    return _general_error(answer, faults, now) or Unavailable(
        f"QuickBooks Online did not show the document: {_said(answer, faults)}", response=response_of(answer)
    )


def says_not_there(answer: Answer) -> bool:
    """Whether a GET by id was answered with "Object Not Found": never there, or deleted by somebody."""
    return NOT_FOUND in {fault.code for fault in faults_of(answer)}


def _general_error(answer: Answer, faults: list[Fault], now: datetime) -> CallFailed | None:
    codes = {fault.code for fault in faults}
    if (refused := _credentials(answer, faults, codes)) is not None:
        return refused
    if answer.status in (429, 503) or THROTTLED in codes:
        is_throttle = answer.status == 429 or THROTTLED in codes
        wish = answer.retry_after(now)
        return Unavailable(
            f"QuickBooks Online throttles us or is down: {_said(answer, faults)}",
            retry_after=THROTTLE_SECONDS if wish is None and is_throttle else wish,
            outage=True,
            response=response_of(answer),
        )
    if 300 <= answer.status < 400:
        return Unavailable(
            f"QuickBooks Online redirects ({answer.status}), which is not followed. Check QBO_BASE_URL.",
            outage=True,
            response=response_of(answer),
        )
    if answer.status >= 500 or answer.status in (408, 425) or INTERNAL in codes:
        return Unavailable(
            f"QuickBooks Online failed: {_said(answer, faults)}",
            retry_after=answer.retry_after(now),
            response=response_of(answer),
        )
    return None


def _credentials(answer: Answer, faults: list[Fault], codes: set[str]) -> CredentialsRefused | None:
    known = sorted(codes & OPERATORS_BUSINESS.keys())
    # 404 and 405: QBO_BASE_URL leads elsewhere; a transaction that is not there is a 400 with 610.
    if not known and answer.status not in (401, 403, 404, 405):
        return None
    what = OPERATORS_BUSINESS[known[0]] if known else "Check QBO_BASE_URL, QBO_REALM_ID and the app's connection."
    return CredentialsRefused(
        f"QuickBooks Online refuses us: {_said(answer, faults)} {what}", response=response_of(answer)
    )


def _mending(faults: list[Fault], document: FormattedInvoice) -> str:
    what = [MENDING[fault.code] for fault in faults if fault.code in MENDING]
    where = advice(document, " ".join(fault.said for fault in faults))
    return " ".join([*dict.fromkeys(what), where]).strip()


def _transaction(faults: list[Fault]) -> str | None:
    found = TRANSACTION.search(" ".join(fault.said for fault in faults))
    return found.group(1) if found else None


def _said(answer: Answer, faults: list[Fault]) -> str:
    sentences = [_sentence(fault) for fault in faults if fault.said]
    return " ".join(sentences) or f"status {answer.status} without a reason."


def _sentence(fault: Fault) -> str:
    element = f", field {fault.element}" if fault.element else ""
    return f"{fault.said.rstrip('.')} (code {fault.code}{element})."
