"""What NetSuite's answers mean. Pure: status and body in, one of our errors out.

``USER_ERROR`` stands for nearly every business refusal, a taken external id included, in the words of the user's
language. Only what surely names the id as taken is ``AlreadyExists``; before any other refusal is believed, the creator
looks at the external id once.
"""

import re
from datetime import datetime
from typing import Any

from invoice_providers.wording import about_customer, about_line, advice
from invoice_shared.answer import Answer
from invoice_shared.errors import AlreadyExists, CallFailed, CredentialsRefused, Rejected, Unavailable, Uncertain
from invoice_shared.invoice import FormattedInvoice

OUTAGES = (429, 503)
THROTTLES = frozenset(
    {
        "CONCURRENCY_LIMIT_EXCEEDED",
        "SSS_REQUEST_LIMIT_EXCEEDED",
        "WS_CONCUR_SESSION_DISALLWD",
        "WS_EXCEEDED_CONCURRENT_USERS_ALLOWED",
        "WS_REQUEST_BLOCKED",
    }
)
"""Codes that speak of the account's limit, whatever the status: RESTlets answer 400 with the second."""
LINE_PATH = re.compile(r"item\.items\[(?P<index>\d+)\]\.(?P<field>\w+)")
OPERATORS_BUSINESS = (403, 404, 405)
"""Of a POST: the role may not create this record, or NS_BASE_URL is no SuiteTalk REST service. No invoice's fault."""


def create_error(answer: Answer, now: datetime, document: FormattedInvoice) -> CallFailed:
    """Give the error for an answer to a POST that is not 204 with a readable ``Location``."""
    if answer.is_success:
        return Uncertain("NetSuite accepted the document, but its answer does not name it.")
    if (error := _general_error(answer, now)) is not None:
        return error
    if answer.status in OPERATORS_BUSINESS:
        return CredentialsRefused(
            f"NetSuite does not let us create this kind of record: {_details(answer)} Check the role's permissions, "
            "that REST web services are enabled, and NS_BASE_URL.",
            response=answer.for_the_record(),
        )
    reason = f"NetSuite refused the document: {_details(answer)} {_where(answer, document)}".rstrip()
    if _names_id_as_taken(answer):
        return AlreadyExists(reason, response=answer.for_the_record())
    return Rejected("provider-rejected", reason, response=answer.for_the_record())


def _names_id_as_taken(answer: Answer) -> bool:
    return any(
        detail.get("o:errorCode") == "DUP_RCRD"
        or detail.get("o:errorPath") == "externalId"
        or "already exists" in str(detail.get("detail") or "").lower()
        for detail in _error_details(answer)
    )


def lookup_error(answer: Answer, now: datetime) -> CallFailed:
    """Give the error for an answer to a GET that is neither a readable record nor 404."""
    if (error := _general_error(answer, now)) is not None:
        return error
    if answer.status == 403:
        return CredentialsRefused(
            f"NetSuite does not let us read this kind of record: {_details(answer)} Check the role's permissions.",
            response=answer.for_the_record(),
        )
    return Unavailable(f"NetSuite did not show the document: {_details(answer)}", response=answer.for_the_record())


def _general_error(answer: Answer, now: datetime) -> CallFailed | None:
    response = answer.for_the_record()
    if answer.status == 401:
        return CredentialsRefused(
            f"NetSuite refuses the login: {_details(answer)} Check NS_ACCOUNT_ID, the NS_CONSUMER_* and NS_TOKEN_* "
            "or the NS_OAUTH_* settings, and that the token or certificate is active.",
            response=response,
        )
    if answer.status in OUTAGES or THROTTLES & set(_codes(answer)):
        return Unavailable(
            f"NetSuite is overloaded or down: {_details(answer)}",
            retry_after=answer.retry_after(now),
            outage=True,
            response=response,
        )
    if 300 <= answer.status < 400:
        return Unavailable(
            f"NetSuite redirects ({answer.status}), which is not followed: maintenance, or a wrong NS_BASE_URL.",
            outage=True,
            response=response,
        )
    if answer.status >= 500 or answer.status in (408, 425):
        return Unavailable(
            f"NetSuite failed: {_details(answer)}", retry_after=answer.retry_after(now), response=response
        )
    return None


def _where(answer: Answer, document: FormattedInvoice) -> str:
    """Say which line or customer the refused fields and values belong to."""
    details = _error_details(answer)
    paths = [str(detail.get("o:errorPath") or "") for detail in details]
    lines = [found for path in paths if (found := LINE_PATH.match(path))]
    sentences = [_about(document, int(found["index"]), found["field"]) for found in lines]
    sentences += [about_customer(document)] if "entity" in paths else []
    sentences.append(advice(document, " ".join(str(detail.get("detail") or "") for detail in details)))
    return " ".join(dict.fromkeys(sentence for sentence in sentences if sentence))


def _about(document: FormattedInvoice, index: int, field: str) -> str:
    if index >= len(document.line_items):
        return ""
    line = document.line_items[index]
    return about_line(line) if field == "item" else f"Line {index + 1} is “{line.name}”."


def _details(answer: Answer) -> str:
    """Give NetSuite's own sentences, each with the field that it is about; else the status."""
    sentences = [_sentence(detail) for detail in _error_details(answer) if detail.get("detail")]
    return " ".join(sentences) or f"status {answer.status} without a reason."


def _sentence(detail: dict[str, Any]) -> str:
    text = str(detail["detail"]).strip()
    path = detail.get("o:errorPath")
    closed = text if text.endswith((".", "!", "?")) else f"{text}."
    return f"{closed} (field {path})." if path else closed


def _codes(answer: Answer) -> list[str]:
    return [str(detail.get("o:errorCode")) for detail in _error_details(answer)]


def _error_details(answer: Answer) -> list[dict[str, Any]]:
    tree = answer.json()
    details = tree.get("o:errorDetails") if isinstance(tree, dict) else None
    return [detail for detail in details if isinstance(detail, dict)] if isinstance(details, list) else []
