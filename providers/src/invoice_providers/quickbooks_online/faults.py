"""The faults in QuickBooks' answers. Pure.

The service writes ``Fault.Error[].Message``, Intuit's gateway ``fault.error[].message``, and codes now as ``3200``, now
as ``003200``: both are read. Message and detail follow the company's language, so only codes decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from invoice_shared.answer import Answer
from invoice_shared.errors import kept_body
from invoice_shared.failure import ProviderResponse


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. ``code`` is without leading zeros; ``element`` is the field, where it is named."""

    code: str
    said: str
    element: str


def faults_of(answer: Answer) -> list[Fault]:
    """Read the faults; none where the answer holds none."""
    fault = _lower(answer.json()).get("fault")
    errors = _lower(fault).get("error")
    return [_read(_lower(each)) for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []


def response_of(answer: Answer) -> ProviderResponse:
    """Give what a failure record keeps, with the ``intuit_tid`` by which Intuit's support finds the call."""
    kept = answer.for_the_record()
    tid = answer.headers.get("intuit_tid")
    return kept if tid is None else kept.model_copy(update={"body": kept_body(f"intuit_tid {tid}\n{kept.body}")})


def _read(error: Mapping[str, Any]) -> Fault:
    said = str(error.get("detail") or error.get("message") or "").strip()
    return Fault(str(error.get("code", "")).lstrip("0"), said, str(error.get("element") or ""))


def _lower(tree: Any) -> dict[str, Any]:
    return {str(name).lower(): value for name, value in tree.items()} if isinstance(tree, dict) else {}
