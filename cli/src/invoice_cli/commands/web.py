"""``invoices web``: the page, if its package is installed.

The command line does not know what it is made of.
"""

from importlib.metadata import entry_points

from invoice_cli.exits import Exit, stop

GROUP = "invoices.commands"


def web() -> None:
    """Serve the page where failures are understood, replayed, approved, resolved and reconciled;
    Ctrl-C ends it.
    """
    for found in entry_points(group=GROUP, name="web"):
        found.load()()
        return
    stop(Exit.USAGE, "The page is a package of its own, invoice-web, which is not installed here.")
