"""Names of the record headers, and which of them travel with an invoice from topic to topic."""

from invoice_shared.record import Headers

EVENT_ID = "event-id"
TRACEPARENT = "traceparent"
REPLAY_ID = "replay-id"
REPLAY_COUNT = "replay-count"
REPLAY_FORCE = "replay-force"

CARRIED = (EVENT_ID, REPLAY_ID, REPLAY_COUNT, REPLAY_FORCE)
"""Copied as they are to the next topic; ``traceparent`` is written anew by the current span."""


def carried(headers: Headers) -> Headers:
    """Pick the headers that go on to the next topic."""
    return tuple((name, value) for name, value in headers if name in CARRIED)


def is_forced(headers: Headers) -> bool:
    """Tell whether an operator replayed this record with ``--force``."""
    return any(name == REPLAY_FORCE and value == b"1" for name, value in headers)
