"""``invoices web``: the page, if its package is installed.

The command line does not import it.
"""

from importlib.metadata import entry_points

from invoice_cli.exits import Exit, stop

GROUP = "invoices.commands"


def web() -> None:
    """Serve the web page for failures, replays, approvals and reconciliation; Ctrl-C ends it."""
    for found in entry_points(group=GROUP, name="web"):
        found.load()()
        return
    stop(Exit.USAGE, "The package invoice-web is not installed: install it to serve the page.")
