"""``invoices preview``: the document that would be sent."""

from pathlib import Path
from typing import Annotated

import typer

from invoice_cli.exits import Exit, say
from invoice_cli.installation import installation as this_installation
from invoice_cli.installation import metronomes_customer, whole_id
from invoice_cli.options import OutputOption
from invoice_cli.output import print_exactly, print_table
from invoice_operations.errors import InvalidRequest
from invoice_operations.preview.previews import Preview
from invoice_operations.preview.run import preview_content, preview_invoice
from invoice_shared.serde import to_tree

LINE_COLUMNS = ("name", "quantity", "unit_price", "amount", "external_item_id")


def preview(
    invoice_id: Annotated[
        str | None, typer.Argument(help="Metronome's invoice id; the first digits are enough.")
    ] = None,
    *,
    file: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="Read the invoice from this file (Metronome's JSON); calls no other system.",
        ),
    ] = None,
    customer_id: Annotated[
        str | None,
        typer.Option(help="Its customer, or the first digits; needed if no topic contains it."),
    ] = None,
    draft: Annotated[
        bool,
        typer.Option("--draft", help="Preview a draft as if it were finalized now."),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Preview it as if it were not synced already.")
    ] = False,
    output: OutputOption = "table",
) -> None:
    """Show the document that a provider would get for an invoice of Metronome or of a file.

    Sends nothing.
    """
    if (invoice_id is None) == (file is None):
        raise InvalidRequest("No single invoice is named: give either an invoice id or --file.")
    installation = this_installation(output)
    if file is not None:
        finalized_at = installation.clock.now() if draft else None
        seen = preview_content(
            file.read_bytes(), installation.settings, force=force, finalized_at=finalized_at
        )
    else:
        invoice_id = whole_id(invoice_id, installation)
        if customer_id is not None:
            customer_id = metronomes_customer(customer_id, installation)
        seen = preview_invoice(
            invoice_id or "", customer_id, installation, force=force, draft=draft
        )
    if output == "json":
        print_exactly({"invoice_id": invoice_id, **seen.tree()})
    else:
        _show_to_people(seen)
    if seen.result == "failed":
        raise SystemExit(int(Exit.ATTENTION))


def _show_to_people(seen: Preview) -> None:
    if seen.document is not None:
        document = to_tree(seen.document)
        head = {
            name: value
            for name, value in document.items()
            if not isinstance(value, list | tuple | dict)
        }
        print_table(
            [{"field": name, "value": value} for name, value in head.items() if value is not None]
        )
        print_table(
            [{name: line[name] for name in LINE_COLUMNS} for line in document["line_items"]]
        )
    for note in seen.notes:
        say(f"Note: {note}")
    if seen.payload is not None:
        print_exactly(seen.payload)
    say(seen.in_words())
