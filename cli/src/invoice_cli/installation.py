"""The installation as a command has it: what it tells besides its output goes to stderr."""

from functools import partial

from invoice_cli.exits import say
from invoice_cli.output import Listing
from invoice_cli.progress import reading
from invoice_operations.installation import Installation
from invoice_operations.view.finding import is_short


def installation(output: Listing = "table") -> Installation:
    """Return the installation that the environment describes, for a command with this kind of
    output.
    """
    return Installation(tell=say, progress=partial(reading, output))


def whole_id(invoice_id: str | None, installation: Installation) -> str | None:
    """Return an invoice's id, given it or its first digits.

    Raises ``InvalidRequest``, and what the broker raises.
    """
    if invoice_id is None or not is_short(invoice_id):
        return invoice_id
    return installation.view().invoice_named(invoice_id)
