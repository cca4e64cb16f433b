"""The records of ``invoice-decisions``: what people decided, as an audit trail.

Key: the subject.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from invoice_shared.invoice import Versioned
from invoice_shared.types import ExactDecimal, UtcTime

Kind = Literal["resolve", "approve", "pause", "resume", "replay", "enqueue", "login"]
Via = Literal["cli", "web"]
# By option name, e.g. ``{"code": ("items-not-mapped",), "since": "2h"}``.
Filters = dict[str, str | tuple[str, ...]]


class Decision(Versioned):
    """One decision of one person.

    ``subject`` is the invoice id, or the destination for ``pause`` and ``resume``.
    ``document_id`` and ``destination`` of a ``resolve`` name the document made by hand.
    ``filters`` and ``count`` of a ``replay`` say which records were chosen, and how many. ``ends``
    are the offsets after the last records that it read, by partition.
    An ``approve`` holds only for the total, currency, destination and customer that it names.
    """

    decision_id: str = Field(min_length=1)
    kind: Kind
    subject: str = Field(min_length=1)
    failure_id: str | None = None
    document_id: str | None = None
    destination: str | None = None
    replay_id: str | None = None
    filters: Filters | None = None
    count: int | None = Field(default=None, ge=0)
    ends: dict[int, int] | None = None
    total: ExactDecimal | None = None
    currency: str | None = None
    external_customer_id: str | None = None
    by: str = Field(min_length=1)
    why: str | None = None
    at: UtcTime
    via: Via

    @model_validator(mode="after")
    def _check_approval(self) -> Self:
        approved = (self.total, self.currency, self.destination, self.external_customer_id)
        if self.kind == "approve" and None in approved:
            raise ValueError(
                "an approval names total, currency, destination and external_customer_id"
            )
        return self
