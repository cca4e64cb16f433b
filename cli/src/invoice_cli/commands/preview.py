"""``invoices preview``: what would be sent?"""

from pathlib import Path
from typing import Annotated, Any

import typer

from invoice_cli.exits import Exit, say
from invoice_cli.options import OutputOption
from invoice_cli.output import print_exactly, print_table
from invoice_formatter.settings import FormatterSettings
from invoice_operations.errors import InvalidRequest
from invoice_operations.metronome_reader import MetronomeReader
from invoice_operations.pace import Pace
from invoice_operations.preview.previews import preview as preview_answer
from invoice_operations.settings import MappingSettings
from invoice_operations.view.history import customer_of
from invoice_operations.view.topic_reader import Span, TopicReader
from invoice_providers.netsuite.settings import NetSuiteSettings
from invoice_shared.clock import SystemClock
from invoice_shared.serde import loads
from invoice_shared.settings import load


def preview(
    invoice_id: Annotated[str | None, typer.Argument(help="Metronome's invoice id.")] = None,
    *,
    file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="The invoice as JSON, as Metronome answers it; asks nobody."),
    ] = None,
    customer_id: Annotated[str | None, typer.Option(help="Its customer; needed where no topic knows it.")] = None,
    force: Annotated[bool, typer.Option("--force", help="As if it were not synced already.")] = False,
    output: OutputOption = "table",
) -> None:
    """Show the document that a provider would get for an invoice of Metronome's, or of a file. Sends nothing."""
    if (invoice_id is None) == (file is None):
        raise InvalidRequest("Give either an invoice id or --file.")
    netsuite = load(NetSuiteSettings)
    if file is not None:
        shown = preview_answer(_read(file), load(MappingSettings), netsuite, force=force)
    else:
        settings = load(FormatterSettings)
        shown = preview_answer(_fetch(invoice_id or "", customer_id, settings), settings, netsuite, force=force)
    if output == "json":
        print_exactly({"invoice_id": invoice_id, **shown})
    else:
        _show_to_people(shown)
    if shown["result"] == "failed":
        raise SystemExit(int(Exit.ATTENTION))


def _read(file: Path) -> Any:
    try:
        return loads(file.read_bytes())
    except ValueError as error:
        raise InvalidRequest(f"{file} is not JSON in UTF-8.") from error


def _fetch(invoice_id: str, customer_id: str | None, settings: FormatterSettings) -> Any:
    customer = customer_id or _known_customer(invoice_id, settings)
    metronome = MetronomeReader(settings, Pace(None, SystemClock()))
    return metronome.invoice(customer, invoice_id)


def _known_customer(invoice_id: str, settings: FormatterSettings) -> str:
    reader, span = TopicReader(settings), Span(keys=frozenset({invoice_id.encode()}))
    for topic in (settings.raw_invoices_topic, settings.invoice_outcomes_topic):
        if (customer := customer_of(reader.read(topic, span))) is not None:
            return customer
    raise InvalidRequest(f"No topic knows the invoice {invoice_id}: give its --customer-id.")


def _show_to_people(shown: dict[str, Any]) -> None:
    if shown["document"] is not None:
        head = {name: value for name, value in shown["document"].items() if not isinstance(value, list | tuple | dict)}
        print_table([{"field": name, "value": value} for name, value in head.items() if value is not None])
        columns = ("name", "quantity", "unit_price", "amount", "external_item_id")
        print_table([{name: line[name] for name in columns} for line in shown["document"]["line_items"]])
    for note in shown["notes"]:
        say(f"Note: {note}")
    if shown["payload"] is not None:
        print_exactly(shown["payload"])
    why = f" ({shown['stage']}, {shown['code']}): {shown['reason']}" if shown["code"] else ""
    say(f"It would be {shown['result']}{why}.".replace("..", "."))
