"""``invoices resolve``: a failure that somebody handled by hand."""

import getpass
from collections.abc import Callable
from typing import Annotated

import typer

from invoice_cli.installation import installation as this_installation
from invoice_cli.options import OutputOption
from invoice_cli.output import show
from invoice_operations.errors import InvalidRequest
from invoice_operations.resolve.run import resolve as enter_resolution

SHOWN = {"invoice_id", "failure_id", "code", "reason", "resolved_by"}


def resolve(
    failure_id: Annotated[str, typer.Argument(help="As `invoices failures --list` shows it; its first digits do.")],
    why: Annotated[str, typer.Option(help="What was done about it, for the auditor.")],
    who: Annotated[str | None, typer.Option("--by", help="Who did it; default: the user of this terminal.")] = None,
    output: OutputOption = "table",
) -> None:
    """Enter in the ledger that a failure was handled by hand, by whom and why. Nothing else changes."""
    outcome = enter_resolution(failure_id, this_installation(), who=who or operator(getpass.getuser), why=why)
    show([outcome.model_dump(include=SHOWN)], output)


def operator(ask: Callable[[], str]) -> str:
    """Return the name of this terminal's user. Raises ``InvalidRequest`` if it has none."""
    try:
        return ask()
    except (KeyError, OSError) as error:  # a container's user may have a number alone
        raise InvalidRequest("This user has no name: say with --by who resolved it.") from error
