"""What Razorpay's answers mean. Pure: status and body in, one of our errors out.

Razorpay has no numeric codes: status, ``code``, ``field`` and ``source`` decide, its (English) wording only where a
wrong key would otherwise pass for a wrong invoice.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from invoice_providers.wording import about_customer
from invoice_shared.answer import Answer
from invoice_shared.errors import CallFailed, CredentialsRefused, Rejected, Unavailable, Uncertain
from invoice_shared.invoice import FormattedInvoice

OUTAGES = (429, 503)
OUR_SIDE = ("GATEWAY_ERROR", "SERVER_ERROR", "SERVICE_UNAVAILABLE")
"""Codes of failures that are Razorpay's or its banks', whatever the status."""
OPERATORS_BUSINESS = (404, 405)
"""Of a POST: RAZORPAY_BASE_URL leads elsewhere. No invoice's fault."""


def create_error(answer: Answer, now: datetime, document: FormattedInvoice) -> CallFailed:
    """Give the error for an answer to a POST that is no readable invoice."""
    if answer.is_success:
        return Uncertain("Razorpay accepted the invoice, but its answer cannot be read.")
    if (error := _general_error(answer, now)) is not None:
        return error
    if answer.status in OPERATORS_BUSINESS:
        return CredentialsRefused(
            f"Razorpay has no invoices at this address: {_said(answer)} Check RAZORPAY_BASE_URL.",
            response=answer.for_the_record(),
        )
    hint = about_customer(document) if _error(answer).get("field") in ("customer_id", "customer") else _BY_HAND
    return Rejected(
        "provider-rejected", f"Razorpay refused the invoice: {_said(answer)} {hint}", response=answer.for_the_record()
    )


_BY_HAND = "Mend what it names, then replay."


def lookup_error(answer: Answer, now: datetime) -> CallFailed:
    """Give the error for an answer to a look-up that is no readable list of invoices."""
    return _general_error(answer, now) or Unavailable(
        f"Razorpay did not list its invoices: {_said(answer)}", response=answer.for_the_record()
    )


def says_unknown_id(answer: Answer) -> bool:
    """Whether a GET by id was answered with "The id provided does not exist", which comes as a 400."""
    return answer.status == 400 and "id provided does not exist" in _said(answer).lower()


def _general_error(answer: Answer, now: datetime) -> CallFailed | None:
    response, said = answer.for_the_record(), _said(answer)
    if answer.status in (401, 403) or _names_the_key(answer):
        return CredentialsRefused(
            f"Razorpay refuses our key: {said} Check RAZORPAY_APIKEY_ID and RAZORPAY_APIKEY_SECRET.", response=response
        )
    if answer.status in OUTAGES:
        return Unavailable(
            f"Razorpay throttles us or is down: {said}",
            retry_after=answer.retry_after(now),
            outage=True,
            response=response,
        )
    if 300 <= answer.status < 400:
        return Unavailable(
            f"Razorpay redirects ({answer.status}), which is not followed. Check RAZORPAY_BASE_URL.",
            outage=True,
            response=response,
        )
    if answer.status >= 500 or answer.status in (408, 425) or _error(answer).get("code") in OUR_SIDE:
        return Unavailable(f"Razorpay failed: {said}", retry_after=answer.retry_after(now), response=response)
    return None


def _names_the_key(answer: Answer) -> bool:
    # "The api key provided is invalid" comes as a 400 BAD_REQUEST_ERROR; what sets it apart from an input that is
    # refused is that it names no field and no source.
    error = _error(answer)
    words = str(error.get("description", "")).lower()
    is_about_us = not error.get("field") and error.get("source") in (None, "NA")
    return answer.status == 400 and is_about_us and ("api key" in words or "authentication" in words)


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
