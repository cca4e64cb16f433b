"""Names of the record headers, and which of them travel with an invoice from topic to topic."""

from invoice_shared.record import Headers

EVENT_ID = "event-id"
TRACEPARENT = "traceparent"

# Part of QuickBooks' request id. A replay changes it after a definite refusal, otherwise it carries
# the old one on.
REQUEST_GENERATION = "request-generation"

REPLAY_ID = "replay-id"
REPLAY_COUNT = "replay-count"
REPLAY_FORCE = "replay-force"
REPLAY_BY = "replay-by"
REPLAY_INCLUDE_RESOLVED = "replay-include-resolved"

# Belong to one replay: the next one replaces them all.
REPLAY_MARKS = (REPLAY_ID, REPLAY_COUNT, REPLAY_FORCE, REPLAY_BY, REPLAY_INCLUDE_RESOLVED)

# Copied as they are to the next topic; ``traceparent`` is written anew by the current span.
CARRIED = (EVENT_ID, REQUEST_GENERATION, *REPLAY_MARKS)


def carried(headers: Headers) -> Headers:
    """Pick the headers that go on to the next topic."""
    return tuple((name, value) for name, value in headers if name in CARRIED)


def includes_resolved(headers: Headers) -> bool:
    """Whether an operator replayed this record although the invoice was resolved by hand."""
    return any(name == REPLAY_INCLUDE_RESOLVED and value == b"1" for name, value in headers)


def request_generation(headers: Headers) -> str:
    """Return what a replay put into the request id; empty if no replay had to."""
    found = [value for name, value in headers if name == REQUEST_GENERATION]
    return found[-1].decode("utf-8", "replace") if found else ""


def is_forced(headers: Headers) -> bool:
    """Tell whether an operator replayed this record with ``--force``."""
    return any(name == REPLAY_FORCE and value == b"1" for name, value in headers)
