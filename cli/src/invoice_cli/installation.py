"""The installation as a command has it: what it tells besides its output goes to stderr."""

from functools import partial

from invoice_cli.exits import say
from invoice_cli.output import Listing
from invoice_cli.progress import reading
from invoice_operations.installation import Installation


def installation(output: Listing = "table") -> Installation:
    """Return the installation that the environment describes, for a command with this kind of output."""
    return Installation(tell=say, progress=partial(reading, output))
