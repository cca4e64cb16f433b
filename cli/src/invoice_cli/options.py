"""Options that several subcommands share."""

from datetime import datetime
from typing import Annotated

import typer

from invoice_cli.output import Listing, Output
from invoice_operations.options import parse_selection
from invoice_operations.selection import Selection
from invoice_providers.names import destinations
from invoice_shared.failure import CODES, Stage


def _known_codes(given: list[str] | None) -> list[str] | None:
    if unknown := sorted(set(given or ()) - set(CODES)):
        raise typer.BadParameter(f'Unknown "{", ".join(unknown)}": use one of {", ".join(CODES)}.')
    return given


OutputOption = Annotated[
    Output, typer.Option("--output", "-o", help="Print a table or one JSON document.")
]
ListingOption = Annotated[
    Listing, typer.Option("--output", "-o", help="Print a table, one JSON document, or CSV.")
]
SinceOption = Annotated[
    str | None, typer.Option(help="Only from this time on: an age such as 2h, or ISO 8601 (UTC).")
]
UntilOption = Annotated[
    str | None, typer.Option(help="Only before this time: an age such as 2h, or ISO 8601 (UTC).")
]
InvoiceOption = Annotated[
    str | None, typer.Option(help="Only this invoice; the first digits are enough.")
]
CustomerOption = Annotated[
    str | None,
    typer.Option(help="Only this customer (Metronome's id); the first digits are enough."),
]
CodeOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Only this failure code; may be repeated.",
        callback=_known_codes,
        autocompletion=lambda incomplete: [code for code in CODES if code.startswith(incomplete)],
    ),
]
StageOption = Annotated[Stage | None, typer.Option(help="Only failures of this stage.")]
DestinationOption = Annotated[
    str | None,
    typer.Option(
        help="Only this billing provider.",
        autocompletion=lambda incomplete: [
            name for name in destinations() if name.startswith(incomplete)
        ],
    ),
]


def known_destination(given: str) -> str:
    """Return the name of a billing provider that exists. Raises ``BadParameter``."""
    if given not in destinations():
        raise typer.BadParameter(f'Unknown "{given}": use one of {", ".join(destinations())}.')
    return given


WhyOption = Annotated[str, typer.Option(help="The reason, for the auditor.")]
WAIT_SECONDS = 900.0
WaitOption = Annotated[
    float,
    typer.Option("--wait-seconds", min=0, help="Maximum time to wait for the records' results."),
]
NoWaitOption = Annotated[
    bool, typer.Option("--no-wait", help="Do not wait for the records' results.")
]
ByOption = Annotated[
    str | None, typer.Option(help="Name of the person who decides; default: this terminal's user.")
]


def selection(now: datetime, **options: str | int | list[str] | None) -> Selection:
    """Return what the options select. Raises ``InvalidRequest``."""
    return parse_selection(
        {name: _texts(given) for name, given in options.items() if given is not None}, now
    )


def _texts(given: str | int | list[str]) -> list[str]:
    return given if isinstance(given, list) else [str(given)]
