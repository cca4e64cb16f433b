"""``invoices resolve``: close a failure that somebody handled by hand."""

from typing import Annotated

import typer

from invoice_cli.installation import installation as this_installation
from invoice_cli.options import ByOption, OutputOption
from invoice_cli.output import show
from invoice_cli.person import accountable
from invoice_operations.resolve.resolution import Resolution
from invoice_operations.resolve.run import resolve as carry_out

SHOWN = (
    "invoice_id",
    "failure_id",
    "code",
    "reason",
    "resolved_by",
    "destination",
    "provider_document_id",
)


def resolve(
    failure_id: Annotated[
        str,
        typer.Argument(
            help="Id as `invoices failures --list` shows it; the first digits are enough."
        ),
    ],
    why: Annotated[str, typer.Option(help="What was done about it, for the auditor.")],
    by: ByOption = None,
    document_id: Annotated[
        str | None,
        typer.Option(help="Document that was created by hand; Metronome's record gets its id."),
    ] = None,
    destination: Annotated[
        str | None,
        typer.Option(help="Billing provider of that document; default: the invoice's destination."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Resolve it although a record of the invoice waits.")
    ] = False,
    output: OutputOption = "table",
) -> None:
    """Close a failure that was handled by hand: its invoice is not sent any more."""
    asked = Resolution(failure_id, why, document_id, destination, despite_waiting=yes)
    resolved = carry_out(asked, this_installation(output), accountable(by))
    facts = resolved.event.model_dump(include=set(SHOWN))
    show([{name: facts[name] for name in SHOWN} | {"metronome": resolved.metronome}], output)
