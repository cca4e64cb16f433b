"""``invoices pause`` and ``invoices resume``: stop sending to a destination, and start again."""

from typing import Annotated, Any

import typer

from invoice_cli.options import ByOption, OutputOption, WhyOption, known_destination
from invoice_cli.output import show
from invoice_cli.person import person
from invoice_operations.decide.decider import Decider, required
from invoice_operations.installation import Installation
from invoice_shared.decision import Kind
from invoice_shared.settings import read

DestinationArgument = Annotated[
    str, typer.Argument(help="The billing provider.", callback=known_destination)
]


def pause(
    destination: DestinationArgument,
    why: WhyOption,
    by: ByOption = None,
    output: OutputOption = "table",
) -> None:
    """Hold all invoices for a billing provider until `resume`: none is sent, none fails."""
    show([_decide("pause", destination, required(why), by)], output)


def resume(
    destination: DestinationArgument,
    why: Annotated[str | None, typer.Option(help="The reason, for the auditor.")] = None,
    by: ByOption = None,
    output: OutputOption = "table",
) -> None:
    """Send a paused billing provider's invoices again."""
    show([_decide("resume", destination, why, by)], output)


def _decide(kind: Kind, destination: str, why: str | None, by: str | None) -> dict[str, Any]:
    installation = Installation(read)
    with installation.publisher() as publisher:
        topic = installation.kafka.invoice_decisions_topic
        decider = Decider(publisher, topic, person(by), installation.clock)
        decision = decider.decide(kind, destination, why)
    return decision.model_dump(include={"kind", "subject", "by", "why", "at"})
