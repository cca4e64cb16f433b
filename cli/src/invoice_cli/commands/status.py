"""``invoices status``: the history of one invoice."""

from typing import Annotated, Any

import typer

from invoice_cli.installation import installation as this_installation
from invoice_cli.installation import whole_id
from invoice_cli.options import OutputOption
from invoice_cli.output import print_json, print_table
from invoice_operations.status import status_of
from invoice_operations.view.history import Event


def status(
    invoice_id: Annotated[
        str, typer.Argument(help="Metronome's invoice id; the first digits are enough.")
    ],
    output: OutputOption = "table",
) -> None:
    """Show an invoice's history: received, formatted, failed, replayed, created."""
    installation = this_installation(output)
    found = status_of(whole_id(invoice_id, installation) or invoice_id, installation)
    if output == "json":
        print_json(found.facts | {"events": [_event(step) for step in found.steps]})
        return
    shown = found.facts | {"documents": ", ".join(found.facts["documents"]) or None}
    facts = {name.replace("_", " "): value for name, value in shown.items() if value is not None}
    print_table([{"": name, "invoice": value} for name, value in facts.items()])
    print_table(
        [
            {"time": step.at, "what": step.what, "where": step.place, "detail": step.detail}
            for step in found.steps
        ]
    )


def _event(step: Event) -> dict[str, Any]:
    place = step.place
    return {
        "time": step.at,
        "what": step.what,
        "topic": place.topic,
        "partition": place.partition,
        "offset": place.offset,
        "detail": step.detail,
    }
