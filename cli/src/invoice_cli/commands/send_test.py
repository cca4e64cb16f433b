"""``invoices send-test``: check that a signed event reaches the webhook."""

from typing import Annotated

import typer

from invoice_cli.exits import say
from invoice_cli.installation import installation as this_installation
from invoice_operations.send_test import send_test as send


def send_test(
    url: Annotated[
        str,
        typer.Argument(
            help="The webhook's address, e.g. https://hooks.example.com/webhooks/metronome."
        ),
    ],
) -> None:
    """Send the webhook a signed test event, which it answers and drops."""
    event_id = send(url, this_installation())
    say(f"{url} took the event {event_id}: address, signature and clock are right.")
