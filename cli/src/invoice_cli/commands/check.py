"""``invoices check``: is everything set up?"""

from invoice_cli.exits import worst
from invoice_cli.installation import installation as this_installation
from invoice_cli.options import OutputOption
from invoice_cli.output import show
from invoice_operations.check.run import check as look


def check(output: OutputOption = "table") -> None:
    """Check settings, broker, topics, Metronome, providers and bucket, and say what to do."""
    lines = list(look(this_installation(output)))
    show(
        [{"part": line.part, "state": line.state, "detail": line.detail} for line in lines], output
    )
    raise SystemExit(int(worst(lines)))
