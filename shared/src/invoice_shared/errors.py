"""The exceptions of a call to another system, typed by what must happen next.

ConnectorError
 ├─ CallFailed
 │   ├─ Rejected            understood and refused, or we must not send      → failure record, commit
 │   ├─ AlreadyExists       the id is taken                                  → find and compare
 │   ├─ Unavailable         refused connection, 429, 5xx, throttle           → retry; does not commit
 │   ├─ Uncertain           sent, answer unknown                             → settle, find, else retry
 │   └─ CredentialsRefused  401/403                                          → circuit opens; nothing is filed
 ├─ MalformedRecord         the bytes are no record of ours                  → failure record, commit
 └─ StartupError            a topic, bucket or broker is missing             → one clear line, not ready
"""

from typing import Literal

from invoice_shared.failure import PROVIDER_BODY_LIMIT, Code, ProviderResponse
from invoice_shared.redaction import redacted


class ConnectorError(Exception):
    """Root of what this project raises on purpose."""


class CallFailed(ConnectorError):
    """A call to Metronome or a provider did not succeed.

    ``reason`` is a sentence for a finance person.

    It may quote the other side, but for anything that looks like a credential.
    """

    def __init__(self, reason: str, *, response: ProviderResponse | None = None) -> None:
        self.reason = redacted(reason)
        self.response = response
        super().__init__(self.reason)


class Rejected(CallFailed):
    """The other side understood and refused, or we must not send.

    ``retryable``: may pass after a change elsewhere.
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

    ``document_id`` if the answer names it.
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
    """The other side is down or throttles.

    ``retry_after`` in seconds is its own wish, if it gave one.

    ``outage`` tells a refused connection, 429 or 503: sure signs that it is the system, not this
    invoice. ``refused``: the answer says that nothing was carried out, for a reason that passes by
    itself. ``about`` tells whom the failure concerns alone, if the answer shows it: the invoice,
    which got an answer of its own (5xx but 503, 405, 413, or silence after connecting), its
    customer, which has a limit of its own, or one part of our settings, while the others work.
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


class Uncertain(CallFailed):
    """The request was sent and the answer is unknown: it may or may not have been carried out."""


class CredentialsRefused(CallFailed):
    """The other side does not accept who we are. An operator must act; no invoice is at fault."""


class MalformedRecord(ConnectorError):
    """The value is not JSON, not an object, of another schema, or null.

    ``invoice_id`` where it could still be read.
    """

    def __init__(self, reason: str, *, invoice_id: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.invoice_id = invoice_id


class StartupError(ConnectorError):
    """Something outside is missing; the message says what and which command mends it."""


def kept_body(text: str) -> str:
    """Give what is kept of an answer's body: no credentials, cut at ``PROVIDER_BODY_LIMIT`` bytes,
    visibly.
    """
    text = redacted(text)
    raw = text.encode()
    if len(raw) <= PROVIDER_BODY_LIMIT:
        return text
    mark = "…[cut]"
    return raw[: PROVIDER_BODY_LIMIT - len(mark.encode())].decode(errors="ignore") + mark
