"""Turn NetSuite's answers into our errors. Pure.

``USER_ERROR`` is the code of nearly every business refusal, including a taken external id, with a
message in the user's language. Only an answer that certainly says that the id is taken is
``AlreadyExists``. Before it believes any other refusal, the creator looks up the external id once.
"""

import re
from datetime import datetime
from typing import Any

from invoice_providers.messages import about_customer, about_line, advice
from invoice_shared import serde
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

OUTAGES = (429, 503)
# Codes about the account's limit, with any status: RESTlets answer 400 with the second.
THROTTLES = frozenset(
    {
        "CONCURRENCY_LIMIT_EXCEEDED",
        "SSS_REQUEST_LIMIT_EXCEEDED",
        "WS_CONCUR_SESSION_DISALLWD",
        "WS_EXCEEDED_CONCURRENT_USERS_ALLOWED",
        "WS_REQUEST_BLOCKED",
    }
)
# Refused because somebody is changing a record that the document needs. Nothing was created, and it
# is temporary.
BUSY = frozenset({"RCRD_HAS_BEEN_CHANGED"})
BUSY_SECONDS = 5.0
# Errors of NetSuite or of a script of the account. A script that runs after the save leaves the
# document.
PASSING = frozenset({"SSS_TIME_LIMIT_EXCEEDED", "SSS_USAGE_LIMIT_EXCEEDED", "UNEXPECTED_ERROR"})
PASSING_WORDS = re.compile(
    r"script execution \w+ (limit )?exceeded|unexpected error", re.IGNORECASE
)
NOT_FOUND = "NONEXISTENT_ID"
PERMISSION = "INSUFFICIENT_PERMISSION"
ROLE = re.compile(r"role does not have permission|permission violation", re.IGNORECASE)
WORDS = re.compile(r"\w")
LINE_PATH = re.compile(r"item\.items\[(?P<index>\d+)\]\.(?P<field>\w+)")
NAMES = {"invoice": "an invoice", "credit_memo": "a credit memo"}
PERMISSIONS = {"invoice": "Invoice", "credit_memo": "Credit Memo"}
UNIQUE = (
    "An external id is unique over all kinds of transactions: if no such document exists,"
    " another kind of record has it."
)
# For a POST: the role may not create this record, or NS_BASE_URL is not a SuiteTalk REST service.
# An operator must act; no invoice is at fault.
OPERATORS_BUSINESS = (403, 404, 405)


def create_error(answer: Answer, now: datetime, document: FormattedInvoice) -> CallFailed:
    """Return the error for an answer to a POST that is not 204 with a readable ``Location``."""
    if answer.is_success:
        return Uncertain("NetSuite accepted the document, but its answer does not contain the id.")
    if (error := _general_error(answer, now)) is not None:
        return error
    if answer.status in OPERATORS_BUSINESS or _is_about_permission(answer):
        return CredentialsRefused(
            f"NetSuite does not let us create {NAMES[document.document_type]}: {_details(answer)}"
            f' Check the role\'s permission "Transactions -> {PERMISSIONS[document.document_type]}"'
            " (create), that REST web services are enabled, and NS_BASE_URL.",
            response=answer.for_the_record(),
        )
    reason = (
        f"NetSuite refused the document: {_details(answer)} {_where(answer, document)}".rstrip()
    )
    if _names_id_as_taken(answer):
        return AlreadyExists(f"{reason} {UNIQUE}", response=answer.for_the_record())
    return Rejected("provider-rejected", reason, response=answer.for_the_record())


def _is_about_permission(answer: Answer) -> bool:
    """Whether a 400 is about the role and not a field, as seen for a role without REST."""
    return answer.status == 400 and any(
        not detail.get("o:errorPath")
        and (
            detail.get("o:errorCode") == PERMISSION or ROLE.search(str(detail.get("detail") or ""))
        )
        for detail in _error_details(answer)
    )


def _names_id_as_taken(answer: Answer) -> bool:
    return any(
        detail.get("o:errorCode") == "DUP_RCRD"
        or detail.get("o:errorPath") == "externalId"
        or "already exists" in str(detail.get("detail") or "").lower()
        for detail in _error_details(answer)
    )


def lookup_error(answer: Answer, now: datetime) -> CallFailed:
    """Return the error for an answer to a GET that is neither a record nor "not found"."""
    if (error := _general_error(answer, now)) is not None:
        return error
    if answer.status == 403 or _is_about_permission(answer):
        return CredentialsRefused(
            f"NetSuite does not let us read this kind of record: {_details(answer)} Check the"
            " role's permissions.",
            response=answer.for_the_record(),
        )
    return Unavailable(
        f"NetSuite did not show the document: {_details(answer)}", response=answer.for_the_record()
    )


def says_not_there(answer: Answer) -> bool:
    """Whether NetSuite itself, and not a proxy, answered that the record does not exist."""
    is_netsuites = not answer.body or isinstance(answer.json(), dict)
    return answer.status == 404 and is_netsuites and set(_codes(answer)) <= {NOT_FOUND}


def _general_error(answer: Answer, now: datetime) -> CallFailed | None:
    response = answer.for_the_record()
    if answer.status == 401:
        # A signature contains the time, and one that is minutes off is refused as a wrong login.
        what = answer.clock_advice(now) or (
            "Check NS_ACCOUNT_ID, the NS_CONSUMER_* and NS_TOKEN_* or the NS_OAUTH_* settings, and"
            " that the token or certificate is active."
        )
        return CredentialsRefused(
            f"NetSuite refuses the login: {_details(answer)} {what}", response=response
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
            f"NetSuite redirects ({answer.status}), which is not followed: maintenance, or a wrong"
            " NS_BASE_URL.",
            outage=True,
            response=response,
        )
    if answer.status >= 500 or answer.status in (408, 425) or _passes(answer):
        return Unavailable(
            f"NetSuite failed: {_details(answer)}",
            retry_after=answer.retry_after(now),
            response=response,
        )
    if BUSY & set(_codes(answer)):
        retry_after = answer.retry_after(now) or BUSY_SECONDS
        reason = f"NetSuite is busy with what the document needs: {_details(answer)}"
        return Unavailable(reason, retry_after=retry_after, refused=True, response=response)
    return None


def _passes(answer: Answer) -> bool:
    said = " ".join(str(detail.get("detail") or "") for detail in _error_details(answer))
    return bool(PASSING & set(_codes(answer))) or PASSING_WORDS.search(said) is not None


def _where(answer: Answer, document: FormattedInvoice) -> str:
    """Return which line or customer the refused fields and values belong to."""
    details = _error_details(answer)
    paths = [str(detail.get("o:errorPath") or "") for detail in details]
    lines = [found for path in paths if (found := LINE_PATH.match(path))]
    sentences = [_about(document, int(found["index"]), found["field"]) for found in lines]
    sentences += [about_customer(document)] if "entity" in paths else []
    sentences.append(
        advice(document, " ".join(str(detail.get("detail") or "") for detail in details))
    )
    return " ".join(dict.fromkeys(sentence for sentence in sentences if sentence))


def _about(document: FormattedInvoice, index: int, field: str) -> str:
    if index >= len(document.line_items):
        return ""
    line = document.line_items[index]
    return about_line(line) if field == "item" else f'Line {index + 1} is "{line.name}".'


def _details(answer: Answer) -> str:
    """Return NetSuite's messages, each with its field; else the title, else the status."""
    sentences = [_sentence(detail) for detail in _error_details(answer) if detail.get("detail")]
    title = serde.text_of(answer.json(), "title")
    if not sentences and title and WORDS.search(title):
        return f"{title} (status {answer.status})."
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
    return (
        [detail for detail in details if isinstance(detail, dict)]
        if isinstance(details, list)
        else []
    )
