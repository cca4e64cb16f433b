"""The errors of operations, typed by who must act.

The command line turns the type into an exit code, the page into an HTTP status. Calls to other
systems raise the errors in ``invoice_shared.errors``. Messages name options as on the command line,
e.g. ``--from-offset``.
"""

from invoice_shared.errors import ConnectorError


class InvalidRequest(ConnectorError):
    """The request is invalid; the message says what to use instead."""


class NotFound(ConnectorError):
    """Nothing has the requested id."""


class NeedsAttention(ConnectorError):
    """The request is valid, but a person must act first; the message says how."""
