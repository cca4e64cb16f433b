"""``invoices resolve``: a failure that somebody handled by hand."""

import getpass
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import typer

from invoice_cli.options import OutputOption
from invoice_cli.output import show
from invoice_operations.errors import InvalidRequest
from invoice_operations.kafka_clients import publisher
from invoice_operations.resolve.resolution import resolved
from invoice_operations.view.failure_book import FailureBook
from invoice_operations.view.finding import find_case
from invoice_operations.view.ledger import fold
from invoice_operations.view.topic_reader import Span, TopicReader
from invoice_shared.filing import settlement_records
from invoice_shared.settings import KafkaSettings, load


def resolve(
    failure_id: Annotated[str, typer.Argument(help="As `invoices failures --list` shows it; its first digits do.")],
    why: Annotated[str, typer.Option(help="What was done about it, for the auditor.")],
    who: Annotated[str | None, typer.Option("--by", help="Who did it; default: the user of this terminal.")] = None,
    output: OutputOption = "table",
) -> None:
    """Enter in the ledger that a failure was handled by hand, by whom and why. Nothing else changes."""
    settings, now = load(KafkaSettings), datetime.now(UTC)
    reader = TopicReader(settings)
    case = find_case(list(FailureBook(reader, settings).cases().values()), failure_id)
    keys = frozenset({case.key.encode()})
    newest = fold(reader.read(settings.invoice_outcomes_topic, Span(keys=keys)), lambda *_: True).get(case.key)
    outcome = resolved(case, newest, who=who or operator(getpass.getuser), why=why, now=now)
    with publisher(settings) as acknowledged:
        for record in settlement_records(None, outcome, headers=(), topics=settings):
            acknowledged.publish(record)
    show([outcome.model_dump(include={"invoice_id", "failure_id", "code", "reason", "resolved_by"})], output)


def operator(ask: Callable[[], str]) -> str:
    """Give the name of this terminal's user."""
    try:
        return ask()
    except (KeyError, OSError) as error:  # a container's user may have a number alone
        raise InvalidRequest("This user has no name: say with --by who resolved it.") from error
