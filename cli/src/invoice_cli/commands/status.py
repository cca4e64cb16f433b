"""``invoices status``: where is this invoice?"""

from typing import Annotated

import typer

from invoice_cli.options import OutputOption
from invoice_cli.output import print_json, print_table
from invoice_operations.errors import NotFound
from invoice_operations.view.history import Event, events, summary
from invoice_operations.view.ledger import fold
from invoice_operations.view.topic_reader import Span, TopicReader
from invoice_shared.record import Record
from invoice_shared.settings import KafkaSettings, load


def status(
    invoice_id: Annotated[str, typer.Argument(help="Metronome's invoice id.")], output: OutputOption = "table"
) -> None:
    """Tell an invoice's whole way: received, formatted, failed, replayed, created; with topic, partition and offset."""
    settings = load(KafkaSettings)
    records = _records(TopicReader(settings), settings, invoice_id)
    if not records:
        raise NotFound(
            f"No topic knows the invoice {invoice_id}. If Metronome shows it as finalized, its webhook was lost: "
            "invoices reconcile --since 7d --fix brings it in.",
        )
    ledger = fold((each for each in records if each.topic == settings.invoice_outcomes_topic), lambda *_: True)
    steps = events(records, settings)
    facts = summary(invoice_id, ledger.get(invoice_id), steps, settings)
    if output == "json":
        print_json(facts | {"events": [_event(step) for step in steps]})
        return
    print_table([{"": name.replace("_", " "), "invoice": value} for name, value in facts.items() if value is not None])
    print_table([{"time": step.at, "what": step.what, "where": step.place, "detail": step.detail} for step in steps])


def _records(reader: TopicReader, settings: KafkaSettings, invoice_id: str) -> list[Record]:
    span = Span(keys=frozenset({invoice_id.encode()}))
    topics = (
        settings.raw_invoices_topic,
        settings.formatted_invoices_topic,
        settings.invoice_errors_topic,
        settings.invoice_outcomes_topic,
    )
    return [record for topic in topics for record in reader.read(topic, span)]


def _event(step: Event) -> dict[str, object]:
    place = step.place
    return {
        "time": step.at,
        "what": step.what,
        "topic": place.topic,
        "partition": place.partition,
        "offset": place.offset,
        "detail": step.detail,
    }
