"""Read the faults in QuickBooks' answers. Pure.

The service writes ``Fault.Error[].Message``, Intuit's gateway ``fault.error[].message``, or XML
although JSON was requested. A code may be ``3200``, ``003200`` or only part of a message. Message
and detail are in the company's language, so only codes decide.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from invoice_shared.answer import Answer
from invoice_shared.errors import kept_body
from invoice_shared.failure import ProviderResponse

# A gateway's fault is a few hundred bytes.
MAX_XML_CHARACTERS = 20_000
# A pattern, because one real body lacked the closing </Error>, and parsing foreign XML is a risk.
XML_ERROR = re.compile(r"<Error\b([^>]*)>(.*?)(?=<Error\b|</Fault|\Z)", re.DOTALL | re.IGNORECASE)
CODE_IN_MESSAGE = re.compile(r"errorCode=(-?\d+)")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. ``code`` has no leading zeros; ``element`` is the field, if it is named."""

    code: str
    said: str
    element: str


def faults_of(answer: Answer) -> list[Fault]:
    """Return the faults in an answer."""
    tree = answer.json()
    if tree is None:
        return _in_xml(answer.body)
    outer = _lower(tree)
    errors = _errors(outer.get("fault")) or _errors(_lower(outer.get("queryresponse")).get("fault"))
    return [_read(each) for each in errors]


def response_of(answer: Answer) -> ProviderResponse:
    """Return the answer for the failure record, with Intuit's id of the call for support."""
    kept = answer.for_the_record()
    tid = answer.headers.get("intuit_tid")
    return (
        kept
        if tid is None
        else kept.model_copy(update={"body": kept_body(f"intuit_tid {tid}\n{kept.body}")})
    )


def _errors(fault: Any) -> list[dict[str, Any]]:
    errors = _lower(fault).get("error")
    return (
        [_lower(each) for each in errors if isinstance(each, dict)]
        if isinstance(errors, list)
        else []
    )


def _in_xml(body: bytes) -> list[Fault]:
    text = body[:MAX_XML_CHARACTERS].decode("utf-8", "replace")
    return [
        _read(
            {
                "code": _attribute(attributes, "code"),
                "element": _attribute(attributes, "element"),
                "message": _child(inner, "Message"),
                "detail": _child(inner, "Detail"),
            }
        )
        for attributes, inner in XML_ERROR.findall(text)
    ]


def _attribute(attributes: str, name: str) -> str:
    found = re.search(rf"""\b{name}\s*=\s*["']([^"']*)["']""", attributes, re.IGNORECASE)
    return unescape(found[1]) if found else ""


def _child(inner: str, name: str) -> str:
    found = re.search(rf"<{name}\b[^>]*>([^<]*)", inner, re.IGNORECASE)
    return unescape(found[1]).strip() if found else ""


def _read(error: Mapping[str, Any]) -> Fault:
    message = str(error.get("message") or "").strip()
    said = str(error.get("detail") or message).strip()
    code = str(error.get("code") or "").strip()
    if not code and (named := CODE_IN_MESSAGE.search(message)):
        code = named[1]
    return Fault(code.lstrip("0"), said, str(error.get("element") or ""))


def _lower(tree: Any) -> dict[str, Any]:
    return (
        {str(name).lower(): value for name, value in tree.items()} if isinstance(tree, dict) else {}
    )
