"""``invoices topics``: create the five topics, or compare those that exist."""

from typing import Annotated

import typer

from invoice_cli.exits import Exit
from invoice_cli.installation import installation as this_installation
from invoice_cli.options import OutputOption
from invoice_cli.output import show
from invoice_operations import topics as topic_plans


def topics(
    partitions: Annotated[int, typer.Option(min=1, help="Number of partitions per topic.")] = 12,
    replication_factor: Annotated[
        int, typer.Option(min=1, help="Number of copies of each record.")
    ] = 3,
    min_insync_replicas: Annotated[
        int,
        typer.Option(min=1, help="Copies that must acknowledge; at most the replication factor."),
    ] = 2,
    output: OutputOption = "table",
) -> None:
    """Create the topics that are missing, and compare those that exist.

    Changes no existing topic.
    """
    installation = this_installation(output)
    plans = topic_plans.plan(
        installation.kafka, partitions, replication_factor, min_insync_replicas
    )
    states = topic_plans.apply(installation.admin(), plans)
    show(
        [
            {"topic": s.name, "state": s.state, "differences": "; ".join(s.differences)}
            for s in states
        ],
        output,
    )
    if any(state.state == "differs" for state in states):
        raise SystemExit(int(Exit.ATTENTION))
