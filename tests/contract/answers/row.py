"""One answer of a billing system, and what the creator makes of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

# ``issue`` is the second half of a create by way of a draft.
Call = Literal["create", "issue", "look", "read"]
# ``file``: a failure record.
#
# ``look``: in doubt, looked for. ``wait alone``: this invoice is tried again.
#
# ``all wait``: an outage or a throttle, whatever the invoice. ``operator``: nothing is filed, the
# circuit opens. ``unreadable``: the look is made again; it said nothing.
Next = Literal[
    "created", "not there", "file", "look", "wait alone", "all wait", "operator", "unreadable"
]


@dataclass(frozen=True, kw_only=True)
class Row:
    """``body`` is text, or a tree that is written as JSON. ``says`` is a part of the reason.

    ``error`` is what stays of it after three tries in six seconds with the same answer; empty:
    none. ``source`` is what the fact rests on.
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
