"""``invoices demo``: the whole connector against simulated systems."""

from pathlib import Path
from typing import Annotated

import typer

from invoice_cli.exits import Exit, stop
from invoice_cli.options import OutputOption


def demo(
    count: Annotated[
        int, typer.Option("--invoices", min=1, help="Number of invoices that Metronome finalizes.")
    ] = 200,
    seed: Annotated[
        int, typer.Option(help="Month of invoices to generate; the same seed gives the same month.")
    ] = 1,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave everything running and print where it is.")
    ] = False,
    world: Annotated[
        Path | None,
        typer.Option(help="JSON file with the addresses of a connector that runs already."),
    ] = None,
    output: OutputOption = "table",
) -> None:
    """Run the whole connector here against simulated systems, and show that the sums agree."""
    try:
        from invoice_cli.demo.run import run, run_elsewhere  # noqa: PLC0415 - parts of the extra invoice-cli[demo]
    except ModuleNotFoundError as error:
        stop(
            Exit.USAGE,
            f"The demo needs the extra invoice-cli[demo]: {error.name} is not installed.",
        )
    if world is not None:
        raise SystemExit(int(run_elsewhere(world, count, seed, output)))
    raise SystemExit(int(run(count, seed, output, keep=keep)))
