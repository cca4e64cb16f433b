"""``invoices``: the subcommands, their options, and how a broken connection or a wrong setting ends them."""

from typing import Annotated, Literal

import typer
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from invoice_cli import topics as topic_plans
from invoice_cli.exits import Exit, stop
from invoice_cli.output import show
from invoice_shared.kafka.client_config import common_config
from invoice_shared.settings import KafkaSettings, load

Output = Literal["table", "json"]
OutputOption = Annotated[Output, typer.Option("--output", "-o", help="A table for people, or one JSON document.")]

app = typer.Typer(
    help="Find, understand, replay and reconcile invoices.", no_args_is_help=True, pretty_exceptions_enable=False
)


@app.callback()
def root() -> None:
    """Every setting comes from the environment; see docs/configuration.md."""


@app.command()
def topics(
    partitions: Annotated[int, typer.Option(min=1, help="Partitions of each topic.")] = 12,
    replication_factor: Annotated[int, typer.Option(min=1, help="Copies of each record.")] = 3,
    min_insync_replicas: Annotated[int, typer.Option(min=1, help="Copies that must acknowledge.")] = 2,
    output: OutputOption = "table",
) -> None:
    """Create the four topics where they are missing; compare those that exist. Changes no existing topic."""
    settings = load(KafkaSettings)
    plans = topic_plans.plan(settings, partitions, replication_factor, min_insync_replicas)
    states = topic_plans.apply(AdminClient(common_config(settings)), plans)
    show([{"topic": s.name, "state": s.state, "differences": "; ".join(s.differences)} for s in states], output)
    if any(state.state == "differs" for state in states):
        raise SystemExit(int(Exit.ATTENTION))


@app.command()
def demo(
    count: Annotated[int, typer.Option("--invoices", min=1, help="How many invoices Metronome finalizes.")] = 200,
    seed: Annotated[int, typer.Option(help="Which month of invoices; the same seed gives the same one.")] = 1,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running and print where it is.")] = False,
) -> None:
    """Run the whole connector on this machine against simulated systems, and show that the sums agree."""
    try:
        from invoice_cli.demo.run import run  # noqa: PLC0415 - its parts come with the extra invoice-cli[demo]
    except ModuleNotFoundError as error:
        stop(Exit.USAGE, f"The demo needs the extra invoice-cli[demo]: {error.name} is not installed.")
    raise SystemExit(int(run(count, seed, keep=keep)))


def main() -> None:
    """Run one subcommand."""
    try:
        app()
    except KafkaException as error:
        stop(Exit.UNREACHABLE, f"The broker does not do this: {error.args[0].str()}.")


if __name__ == "__main__":
    main()
