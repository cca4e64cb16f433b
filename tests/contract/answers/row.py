"""One answer of a billing system, and what the creator does next."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

# ``issue`` is the second half of a create by way of a draft.
Call = Literal["create", "issue", "look", "read"]
# What follows.
#
# ``file``: a failure record. ``look``: in doubt, so look for the document. ``wait alone``: this
# invoice is tried again.
#
# ``all wait``: an outage or a throttle, whatever the invoice. ``operator``: nothing is filed, and
# the circuit opens. ``unreadable``: the look is repeated, since it said nothing.
Next = Literal[
    "created", "not there", "file", "look", "wait alone", "all wait", "operator", "unreadable"
]


@dataclass(frozen=True, kw_only=True)
class Row:
    """``body`` is text, or a tree that is written as JSON. ``says`` is a part of the reason.

    ``error`` is what remains after three tries in six seconds with the same answer; empty if
    nothing does. ``source`` is the evidence for the row.
    """

    what: str
    status: int
    body: Any = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    call: Call = "create"
    error: str
    next: Next
    says: str = ""
    source: str

    def content(self) -> bytes:
        """Return the body's bytes."""
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()
