"""Names of the record headers, and which of them follow an invoice from topic to topic."""

from invoice_shared.record import Headers

EVENT_ID = "event-id"
TRACEPARENT = "traceparent"

# Part of QuickBooks' request id. A replay changes it after a definite refusal and otherwise keeps
# it.
REQUEST_GENERATION = "request-generation"

REPLAY_ID = "replay-id"
REPLAY_COUNT = "replay-count"
REPLAY_FORCE = "replay-force"
REPLAY_BY = "replay-by"
REPLAY_INCLUDE_RESOLVED = "replay-include-resolved"

# They belong to one replay: the next one replaces all of them.
REPLAY_MARKS = (REPLAY_ID, REPLAY_COUNT, REPLAY_FORCE, REPLAY_BY, REPLAY_INCLUDE_RESOLVED)

# Copied unchanged to the next topic. The current span writes a new ``traceparent``.
CARRIED = (EVENT_ID, REQUEST_GENERATION, *REPLAY_MARKS)


def carried(headers: Headers) -> Headers:
    """Return the headers to copy to the next topic."""
    return tuple((name, value) for name, value in headers if name in CARRIED)


def includes_resolved(headers: Headers) -> bool:
    """Whether an operator replayed this record although the invoice was resolved by hand."""
    return any(name == REPLAY_INCLUDE_RESOLVED and value == b"1" for name, value in headers)


def request_generation(headers: Headers) -> str:
    """Return the part of the request id that a replay set, or an empty text."""
    found = [value for name, value in headers if name == REQUEST_GENERATION]
    return found[-1].decode("utf-8", "replace") if found else ""


def is_forced(headers: Headers) -> bool:
    """Whether an operator replayed this record with ``--force``."""
    return any(name == REPLAY_FORCE and value == b"1" for name, value in headers)
