"""``invoices``: the subcommands, their options, and how a broken connection or a wrong setting ends them."""

import io
import logging
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import structlog
import typer
from typer.exceptions import TyperException

from invoice_cli.commands.approve import approve
from invoice_cli.commands.audit import audit
from invoice_cli.commands.check import check
from invoice_cli.commands.console import console
from invoice_cli.commands.digest import digest
from invoice_cli.commands.enqueue import enqueue
from invoice_cli.commands.failures import failures
from invoice_cli.commands.import_tfvars import import_tfvars
from invoice_cli.commands.pause import pause, resume
from invoice_cli.commands.preview import preview
from invoice_cli.commands.reconcile import reconcile
from invoice_cli.commands.replay import replay
from invoice_cli.commands.resolve import resolve
from invoice_cli.commands.send_test import send_test
from invoice_cli.commands.status import status
from invoice_cli.commands.topics import topics
from invoice_cli.commands.web import web
from invoice_cli.env_file import read_env_file
from invoice_cli.exits import Exit, exit_of, stop
from invoice_cli.options import OutputOption
from invoice_cli.output import print_text
from invoice_shared.errors import ConnectorError
from invoice_shared.settings import InvalidSettings

app = typer.Typer(
    help="Find, understand, replay and reconcile invoices.",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
COMMANDS = (
    check,
    status,
    failures,
    replay,
    enqueue,
    approve,
    resolve,
    pause,
    resume,
    reconcile,
    preview,
    console,
    audit,
    digest,
    topics,
    send_test,
    web,
    import_tfvars,
)
for command in COMMANDS:
    app.command()(command)


def _tell_version(is_asked: bool) -> None:
    if is_asked:
        print_text(f"invoices {version('invoice-cli')}")
        raise typer.Exit


VersionOption = Annotated[
    bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version.")
]


EnvFileOption = Annotated[
    Path | None,
    typer.Option(
        exists=True, dir_okay=False, help="Settings as lines NAME=value; the environment's own come before them."
    ),
]


@app.callback(invoke_without_command=True)
def root(context: typer.Context, env_file: EnvFileOption = None, _version: VersionOption = False) -> None:
    """Every setting comes from the environment, or from --env-file; see docs/configuration.md."""
    if env_file is not None:
        read_env_file(env_file)
    if context.invoked_subcommand is None:
        print_text(context.get_help())
        raise typer.Exit(int(Exit.USAGE))


@app.command()
def demo(
    count: Annotated[int, typer.Option("--invoices", min=1, help="How many invoices Metronome finalizes.")] = 200,
    seed: Annotated[int, typer.Option(help="Which month of invoices; the same seed gives the same one.")] = 1,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running and print where it is.")] = False,
    world: Annotated[
        Path | None, typer.Option(help="JSON file that says where a connector runs already, e.g. in this cluster.")
    ] = None,
    output: OutputOption = "table",
) -> None:
    """Run the whole connector on this machine against simulated systems, and show that the sums agree."""
    try:
        from invoice_cli.demo.run import run, run_elsewhere  # noqa: PLC0415 - parts of the extra invoice-cli[demo]
    except ModuleNotFoundError as error:
        stop(Exit.USAGE, f"The demo needs the extra invoice-cli[demo]: {error.name} is not installed.")
    if world is not None:
        raise SystemExit(int(run_elsewhere(world, count, seed, output)))
    raise SystemExit(int(run(count, seed, output, keep=keep)))


def main() -> None:
    """Run one subcommand; whatever keeps it from its work ends it with one line and the contract's exit code."""
    _quiet_libraries()
    _speak_utf8()
    try:
        sys.exit(app(standalone_mode=False))
    except TyperException as wrong:
        said = wrong.format_message()
        stop(Exit.USAGE, f"{said}{'' if said.endswith(('.', '?')) else '.'} See: invoices COMMAND --help")
    except typer.Abort:
        stop(Exit.ATTENTION, "Stopped: nothing was answered.")
    except UnicodeEncodeError:
        stop(Exit.USAGE, "An argument is not UTF-8.")
    except (ConnectorError, InvalidSettings) as failed:
        stop(exit_of(failed), str(failed))


def _quiet_libraries() -> None:
    """Keep what the libraries log off the terminal: each command says itself what went wrong."""
    logging.basicConfig(stream=sys.stderr, level=logging.CRITICAL)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _speak_utf8() -> None:
    """JSON and CSV are UTF-8 whatever the terminal's language; what that cannot hold is shown escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


if __name__ == "__main__":
    main()
