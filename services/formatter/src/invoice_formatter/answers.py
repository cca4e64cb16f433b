"""What Metronome's answer to a GET of an invoice means. Pure.

Statuses and the rate limit header: docs.metronome.com "Status codes".
"""

from datetime import datetime
from typing import Any

from invoice_shared import serde
from invoice_shared.answer import Answer
from invoice_shared.errors import CredentialsRefused, Rejected, Unavailable

LIMIT_TYPE = "X-Metronome-Rate-Limit-Type"
REFUSALS = (400, 410, 414, 422, 431)
"""414 and 431 are an id that is too long for any URL: no repeat makes it shorter."""


def limits_one_customer(answer: Answer) -> bool:
    """Whether a 429 is about the customer alone, not about the whole organisation."""
    return answer.status == 429 and answer.headers.get(LIMIT_TYPE, "").strip().lower() == "customer"


def read_answer(answer: Answer, now: datetime) -> Any:
    """Give the JSON tree of a 200. Raises ``Rejected``, ``Unavailable`` or ``CredentialsRefused`` for all else."""
    if answer.status == 200:
        return _tree(answer)
    if answer.status in (401, 403):
        raise CredentialsRefused(f"Metronome does not accept METRONOME_API_KEY (HTTP {answer.status}).")
    if answer.status == 404:
        raise Rejected(
            "invoice-not-found",
            "Metronome does not know this invoice for this customer. Check that METRONOME_API_KEY belongs to the "
            "account and environment that sent the event.",
            response=answer.for_the_record(),
        )
    if answer.status in REFUSALS:
        raise Rejected(
            "invalid-invoice",
            f"Metronome refuses to give this invoice (HTTP {answer.status}: {_message(answer)}).",
            response=answer.for_the_record(),
        )
    raise Unavailable(f"Metronome answered HTTP {answer.status}.", retry_after=answer.retry_after(now))


def _tree(answer: Answer) -> Any:
    try:
        return serde.loads(answer.body)
    except ValueError as error:
        # A maintenance page of something in between says nothing about the invoice; broken JSON does.
        if "json" not in answer.headers.get("Content-Type", "").lower():
            raise Unavailable("Something that is not Metronome's API answers in its place.") from error
        raise Rejected(
            "invalid-invoice", "Metronome's answer is not readable JSON. Replay the invoice later."
        ) from error


def _message(answer: Answer) -> str:
    try:
        tree = serde.loads(answer.body)
    except ValueError:
        return "no reason given"
    return (serde.text_of(tree, "message") or "no reason given")[:300]
