"""What keeps an operation from its work, typed by whose move it is.

A face turns the type into its own terms: an exit code, an HTTP status. Calls to other systems raise
what ``invoice_shared.errors`` draws. Sentences name an option as the command line writes it, e.g.
``--from-offset``.
"""

from invoice_shared.errors import ConnectorError


class InvalidRequest(ConnectorError):
    """The request makes no sense; the sentence says what to ask for instead."""


class NotFound(ConnectorError):
    """Nothing has the id that was asked for."""


class NeedsAttention(ConnectorError):
    """The request makes sense, but a person must do something first; the sentence says what."""
