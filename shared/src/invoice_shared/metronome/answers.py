"""Turn Metronome's answers into values or errors. Pure.

Statuses and the rate limit header are from docs.metronome.com, "Status codes".
"""

from datetime import datetime
from typing import Any

from invoice_shared import serde
from invoice_shared.answer import Answer
from invoice_shared.errors import CallFailed, CredentialsRefused, Rejected, Unavailable

LIMIT_TYPE = "X-Metronome-Rate-Limit-Type"
# 414 and 431 mean an id that is too long for a URL, so a retry does not help.
REFUSALS = (400, 410, 414, 422, 431)
# Any other 4xx refuses a status for good.
PASSING = (408, 425, 429)
# The cause is the system and not the invoice.
OUTAGES = (429, 503)
# Besides a 5xx, these may be about one invoice: one that is too large, or that a proxy blocks.
OWN = (405, 413)
MAX_MESSAGE = 300


def limits_one_customer(answer: Answer) -> bool:
    """Whether a 429 limits this customer and not the whole organisation."""
    return answer.status == 429 and answer.headers.get(LIMIT_TYPE, "").strip().lower() == "customer"


def read_answer(answer: Answer, now: datetime) -> Any:
    """Return the JSON tree of a 200.

    Raises ``Rejected``, ``Unavailable`` or ``CredentialsRefused`` for any other answer.
    """
    if answer.status == 200:
        return _tree(answer)
    if answer.status in (401, 403):
        raise CredentialsRefused(
            f"Metronome does not accept METRONOME_API_KEY (HTTP {answer.status}).",
            response=answer.for_the_record(),
        )
    if answer.status == 404:
        raise Rejected(
            "invoice-not-found",
            "Metronome does not know this invoice for this customer. Check that METRONOME_API_KEY"
            " belongs to the account and environment that sent the event.",
            response=answer.for_the_record(),
        )
    if answer.status in REFUSALS:
        raise Rejected(
            "invalid-invoice",
            f"Metronome refuses to give this invoice (HTTP {answer.status}: {_message(answer)}).",
            response=answer.for_the_record(),
        )
    raise _unavailable(answer, now, f"Metronome answered HTTP {answer.status}.")


def read_reply(answer: Answer, now: datetime) -> Any:
    """Return the JSON tree of the answer to a ``Question``. Raises as ``read_answer`` does.

    A 403 is about this path alone, because the invoice itself was read with the same key.
    """
    if answer.status == 403:
        raise _no_payer(answer)
    try:
        return read_answer(answer, now)
    except Rejected as refused:
        raise _no_payer(answer) from refused


def _no_payer(answer: Answer) -> Rejected:
    said = "unreadable JSON" if answer.is_success else _message(answer)
    return Rejected(
        "payer-not-decided",
        f"Metronome does not say who pays for this invoice (HTTP {answer.status}: {said}). Check"
        " that METRONOME_API_KEY may read contracts, customers and invoices, and replay.",
        response=answer.for_the_record() if not answer.is_success else None,
    )


def status_refusal(answer: Answer, now: datetime) -> CallFailed:
    """Return the error for an answer to a status write-back that is not 2xx."""
    said = f"{_message(answer)} ({answer.status})"
    if answer.status in (401, 403):
        return CredentialsRefused(
            f"Metronome refuses the status write-back: {said}. Check METRONOME_API_KEY and its"
            " permissions, or switch METRONOME_STATUS_WRITEBACK off.",
            response=answer.for_the_record(),
        )
    if _is_redirect(answer) or answer.status in PASSING or answer.status >= 500:
        return _unavailable(answer, now, f"Metronome did not take the status: {said}.")
    return Rejected(
        "writeback-refused",
        f"Metronome refused the status of this invoice: {said}. The document at the provider is not"
        " affected.",
        response=answer.for_the_record(),
    )


def _unavailable(answer: Answer, now: datetime, reason: str) -> Unavailable:
    if _is_redirect(answer):
        reason = (
            f"Metronome redirects ({answer.status}), which is not followed. Check"
            " METRONOME_BASE_URL."
        )
    is_limit_of_one = limits_one_customer(answer)
    is_own = answer.status in OWN or (answer.status >= 500 and answer.status not in OUTAGES)
    return Unavailable(
        reason,
        retry_after=answer.retry_after(now),
        outage=_is_redirect(answer) or (answer.status in OUTAGES and not is_limit_of_one),
        about="customer" if is_limit_of_one else "invoice" if is_own else None,
        response=answer.for_the_record(),
    )


def _is_redirect(answer: Answer) -> bool:
    return 300 <= answer.status < 400


def _tree(answer: Answer) -> Any:
    try:
        return serde.loads(answer.body)
    except ValueError as error:
        # A proxy's maintenance page says nothing about the invoice; broken JSON does.
        if "json" not in answer.headers.get("Content-Type", "").lower():
            raise Unavailable(
                "Something that is not Metronome's API answers in its place.",
                response=answer.for_the_record(),
            ) from error
        raise Rejected(
            "invalid-invoice", "Metronome's answer is not readable JSON. Replay the invoice later."
        ) from error


def _message(answer: Answer) -> str:
    return (serde.text_of(answer.json(), "message") or "no reason given")[:MAX_MESSAGE]
