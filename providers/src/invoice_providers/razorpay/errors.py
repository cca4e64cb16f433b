"""Turn Razorpay's answers into our errors. Pure.

Razorpay has no numeric codes: status, ``code``, ``field`` and ``source`` decide. Its (English)
message only decides if an error of the account could otherwise look like an invalid invoice.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from invoice_providers.messages import about_customer
from invoice_shared.answer import Answer
from invoice_shared.errors import CallFailed, CredentialsRefused, Rejected, Unavailable, Uncertain
from invoice_shared.failure import Code
from invoice_shared.invoice import FormattedInvoice

OUTAGES = (429, 503)
# Codes of errors at Razorpay or its banks, with any status.
OUR_SIDE = ("GATEWAY_ERROR", "SERVER_ERROR", "SERVICE_UNAVAILABLE")
# The address is wrong, so the cause is not the invoice.
NO_SUCH_ADDRESS = (404, 405)
# Temporary: the server timed out, or somebody else is changing the same object.
PASSING = (408, 409, 423, 425)
NO_URL = "requested url was not found"
NO_ID = "id provided does not exist"
THROTTLED = "try after sometime"
# Errors of the account: until an operator fixes them, every invoice gets the same answer.
OF_THE_ACCOUNT = (
    NO_URL,
    "no route matched",
    "invoices disabled",
    "feature is not enabled",
    "not enabled for",
)
BELOW_MINIMUM = ("must be at least inr", "less than minimum amount")
BY_HAND = "Fix what it names, then replay."


def create_error(
    answer: Answer, now: datetime, document: FormattedInvoice, key_id: str = ""
) -> CallFailed:
    """Return the error for an answer to a create or an issue that is not a readable invoice."""
    if answer.is_success:
        return Uncertain("Razorpay accepted the invoice, but its answer cannot be read.")
    if (error := _general_error(answer, now)) is not None:
        return error
    said = _said(answer)
    reason = f"Razorpay refused the invoice: {said} {_advice(answer, document, key_id)}"
    return Rejected(_code(said), reason, response=answer.for_the_record())


def lookup_error(answer: Answer, now: datetime) -> CallFailed:
    """Return the error for an answer to a look-up that is not a readable list of invoices."""
    return _general_error(answer, now) or Unavailable(
        f"Razorpay did not list its invoices: {_said(answer)}", response=answer.for_the_record()
    )


def change_error(answer: Answer, now: datetime) -> CallFailed:
    """Return the error for an answer to the deletion of a draft that did not delete it."""
    return _general_error(answer, now) or Unavailable(
        f"Razorpay did not delete a draft: {_said(answer)}", response=answer.for_the_record()
    )


def says_unknown_id(answer: Answer) -> bool:
    """Whether a call by id was answered with "The id provided does not exist" (a 400)."""
    return answer.status == 400 and NO_ID in _said(answer).lower()


def says_other_status(answer: Answer) -> bool:
    """Whether an invoice is no longer a draft, by the message of its 400."""
    return answer.status == 400 and "operation not allowed for invoice in" in _said(answer).lower()


def _code(said: str) -> Code:
    is_below = any(words in said.lower() for words in BELOW_MINIMUM)
    return "below-minimum" if is_below else "provider-rejected"


def _advice(answer: Answer, document: FormattedInvoice, key_id: str) -> str:
    is_unknown = says_unknown_id(answer)
    if not is_unknown and _error(answer).get("field") not in ("customer_id", "customer"):
        return BY_HAND
    return f"{about_customer(document)}{_about_key(key_id) if is_unknown else ''}"


def _about_key(key_id: str) -> str:
    kind, other = ("test", "live") if key_id.startswith("rzp_test_") else ("live", "test")
    return (
        f" The key is a {kind} key, which cannot see what was created in {other} mode."
        if key_id
        else ""
    )


def _general_error(answer: Answer, now: datetime) -> CallFailed | None:
    """Return the error that is not about the invoice; ``None`` if it may be."""
    response, said = answer.for_the_record(), _said(answer)
    if answer.status == 401 or (answer.status == 403 and _error(answer)) or _names_the_key(answer):
        return CredentialsRefused(
            f"Razorpay refuses our key: {said} Check RAZORPAY_APIKEY_ID and"
            " RAZORPAY_APIKEY_SECRET.",
            response=response,
        )
    if answer.status in NO_SUCH_ADDRESS or _is_of_the_account(answer):
        return CredentialsRefused(
            f"Razorpay offers us no invoices: {said} Have Invoices enabled for the account, and"
            " check RAZORPAY_BASE_URL.",
            response=response,
        )
    return _passing_error(answer, now)


def _passing_error(answer: Answer, now: datetime) -> Unavailable | None:
    response, said, retry_after = answer.for_the_record(), _said(answer), answer.retry_after(now)
    if answer.status in OUTAGES or (answer.status == 400 and THROTTLED in said.lower()):
        reason = (
            f"Razorpay throttles us or is down: {said} If it lasts an hour, the account's daily"
            " limit"
            " is used up (300 invoices in test mode): ask Razorpay to raise it."
        )
        return Unavailable(reason, retry_after=retry_after, outage=True, response=response)
    if 300 <= answer.status < 400:
        reason = (
            f"Razorpay redirects ({answer.status}), which is not followed. Check RAZORPAY_BASE_URL."
        )
        return Unavailable(reason, outage=True, response=response)
    # A firewall in front of Razorpay may refuse the text of one invoice.
    if answer.status == 403:
        reason = (
            f"Something in front of Razorpay refuses the request: {said} Show its answer to"
            " Razorpay's support."
        )
        return Unavailable(reason, retry_after=retry_after, refused=True, response=response)
    if answer.status >= 500 or answer.status in PASSING or _error(answer).get("code") in OUR_SIDE:
        return Unavailable(f"Razorpay failed: {said}", retry_after=retry_after, response=response)
    return None


def _is_of_the_account(answer: Answer) -> bool:
    tree = answer.json()
    message = tree.get("message") if isinstance(tree, dict) else None
    words = f"{_said(answer)} {message or ''}".lower()
    return 400 <= answer.status < 500 and any(each in words for each in OF_THE_ACCOUNT)


def _names_the_key(answer: Answer) -> bool:
    # "The api key provided is invalid" is a 400 BAD_REQUEST_ERROR. Unlike for invalid input, it
    # names no field and no source.
    error = _error(answer)
    words = str(error.get("description", "")).lower()
    is_about_us = not error.get("field") and error.get("source") in (None, "NA")
    return (
        answer.status == 400 and is_about_us and ("api key" in words or "authentication" in words)
    )


def _said(answer: Answer) -> str:
    error = _error(answer)
    description = str(error.get("description") or "").strip()
    if not description:
        return f"status {answer.status} without a reason."
    field = f" (field {error['field']})" if error.get("field") else ""
    return f"{description.rstrip('.')}{field}."


def _error(answer: Answer) -> Mapping[str, Any]:
    tree = answer.json()
    error = tree.get("error") if isinstance(tree, dict) else None
    return error if isinstance(error, dict) else {}
