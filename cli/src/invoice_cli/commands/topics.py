"""``invoices topics``: create the five topics, or compare those that exist with what they should be."""

from typing import Annotated

import typer
from confluent_kafka.admin import AdminClient

from invoice_cli.exits import Exit
from invoice_cli.options import OutputOption
from invoice_cli.output import show
from invoice_operations import topics as topic_plans
from invoice_shared.kafka.client_config import common_config
from invoice_shared.settings import KafkaSettings, load


def topics(
    partitions: Annotated[int, typer.Option(min=1, help="Partitions of each topic.")] = 12,
    replication_factor: Annotated[int, typer.Option(min=1, help="Copies of each record.")] = 3,
    min_insync_replicas: Annotated[
        int, typer.Option(min=1, help="Copies that must acknowledge; never above the replication factor.")
    ] = 2,
    output: OutputOption = "table",
) -> None:
    """Create the five topics where they are missing; compare those that exist. Changes no existing topic."""
    settings = load(KafkaSettings)
    plans = topic_plans.plan(settings, partitions, replication_factor, min_insync_replicas)
    states = topic_plans.apply(AdminClient(common_config(settings)), plans)
    show([{"topic": s.name, "state": s.state, "differences": "; ".join(s.differences)} for s in states], output)
    if any(state.state == "differs" for state in states):
        raise SystemExit(int(Exit.ATTENTION))
