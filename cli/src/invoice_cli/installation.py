"""The installation as a command has it: what it tells besides its output goes to stderr."""

from invoice_cli.exits import say
from invoice_cli.progress import reading
from invoice_operations.installation import Installation


def installation() -> Installation:
    """Return the installation that the environment describes."""
    return Installation(tell=say, progress=reading)
