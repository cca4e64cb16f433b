"""``invoices digest``: a summary of what is open, sent to people."""

from datetime import UTC, datetime

from invoice_cli.exits import say
from invoice_cli.installation import installation as this_installation
from invoice_cli.options import OutputOption
from invoice_cli.output import print_json, print_text
from invoice_operations.digest.digest import digest_of
from invoice_operations.digest.run import send
from invoice_operations.selection import Selection


def digest(output: OutputOption = "table") -> None:
    """Summarize what failed or is held; send it to DIGEST_WEBHOOK_URL and by mail if set."""
    installation = this_installation()
    found = digest_of(installation.view().groups(Selection(state="open")), datetime.now(UTC))
    if output == "json":
        print_json(found.document())
    else:
        print_text(found.text())
    if ways := send(found, installation):
        say(f"Sent by {' and '.join(ways)}.")
