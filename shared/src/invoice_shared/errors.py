"""The exceptions of a call to another system, typed by what must happen next.

ConnectorError
 ├─ CallFailed
 │   ├─ Rejected            understood and refused, or we must not send   → file a failure, commit
 │   ├─ AlreadyExists       the id is taken                               → find and compare
 │   ├─ Unavailable         refused connection, 429, 5xx, throttle        → retry; no commit
 │   │   └─ Unreachable     no connection was made, nothing was sent     → as above
 │   ├─ Uncertain           sent, answer unknown                          → wait, find, else retry
 │   └─ CredentialsRefused  401 or 403                                    → open circuit; no failure
 ├─ MalformedRecord         the bytes are not a record of ours            → file a failure, commit
 └─ StartupError            a topic, bucket or broker is missing          → one log line, not ready
"""

from typing import Literal

from invoice_shared.failure import PROVIDER_BODY_LIMIT, Code, ProviderResponse
from invoice_shared.redaction import redacted


class ConnectorError(Exception):
    """Base of every exception that this project defines."""


class CallFailed(ConnectorError):
    """A call to Metronome or a provider did not succeed.

    ``reason`` is a sentence for a finance person.

    It may quote the other system, without anything that looks like a credential.
    """

    def __init__(self, reason: str, *, response: ProviderResponse | None = None) -> None:
        self.reason = redacted(reason)
        self.response = response
        super().__init__(self.reason)


class Rejected(CallFailed):
    """The other system understood and refused, or we must not send.

    ``retryable``: may succeed after a change in another system.
    """

    def __init__(
        self,
        code: Code,
        reason: str,
        *,
        retryable: bool = True,
        response: ProviderResponse | None = None,
    ) -> None:
        super().__init__(reason, response=response)
        self.code: Code = code
        self.retryable = retryable


class AlreadyExists(CallFailed):
    """The provider already holds a document with this id.

    ``document_id`` is set if the answer names it.
    """

    def __init__(
        self,
        reason: str,
        *,
        document_id: str | None = None,
        response: ProviderResponse | None = None,
    ) -> None:
        super().__init__(reason, response=response)
        self.document_id = document_id


class Unavailable(CallFailed):
    """The other system is down or throttles.

    ``retry_after`` is the delay in seconds that it asked for, if any.

    ``outage``: a refused connection, 429 or 503, so the cause is the system and not this invoice.
    ``refused``: the call did nothing, for a temporary reason: the answer says so, or it only reads.
    ``about`` names what alone is affected, if the answer shows it: this invoice (5xx other than
    503, 405, 413, or a timeout after connecting), its customer (a limit per customer), or one part
    of our settings while the others work.
    """

    def __init__(
        self,
        reason: str,
        *,
        retry_after: float | None = None,
        outage: bool = False,
        refused: bool = False,
        about: Literal["invoice", "customer", "settings"] | None = None,
        response: ProviderResponse | None = None,
    ) -> None:
        super().__init__(reason, response=response)
        self.retry_after = retry_after
        self.outage = outage
        self.refused = refused
        self.about = about


class Unreachable(Unavailable):
    """No connection to the other system could be made, so nothing was sent."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, outage=True)


class Uncertain(CallFailed):
    """The request was sent and its answer is unknown: it may or may not have taken effect."""


class CredentialsRefused(CallFailed):
    """The other system refuses our credentials. An operator must act; no invoice is at fault."""


class MalformedRecord(ConnectorError):
    """The value is not JSON, not an object, of another schema, or null.

    ``invoice_id`` is set if it could be read.
    """

    def __init__(self, reason: str, *, invoice_id: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.invoice_id = invoice_id


class StartupError(ConnectorError):
    """A dependency is missing; the message says which, and how to fix it."""


def kept_body(text: str) -> str:
    """Return an answer's body without credentials, cut visibly at ``PROVIDER_BODY_LIMIT`` bytes."""
    text = redacted(text)
    raw = text.encode()
    if len(raw) <= PROVIDER_BODY_LIMIT:
        return text
    mark = "…[cut]"
    return raw[: PROVIDER_BODY_LIMIT - len(mark.encode())].decode(errors="ignore") + mark
