"""``invoices``: the subcommands, their options, and how a broken connection or a wrong setting ends them."""

import io
import logging
import sys
from pathlib import Path
from typing import Annotated

import structlog
import typer
from confluent_kafka import KafkaError, KafkaException

from invoice_cli.commands.check import check
from invoice_cli.commands.console import console
from invoice_cli.commands.failures import failures
from invoice_cli.commands.import_tfvars import import_tfvars
from invoice_cli.commands.preview import preview
from invoice_cli.commands.reconcile import reconcile
from invoice_cli.commands.replay import replay
from invoice_cli.commands.resolve import resolve
from invoice_cli.commands.status import status
from invoice_cli.commands.topics import topics
from invoice_cli.options import OutputOption
from invoice_operations.exits import CommandFailed, Exit, stop
from invoice_shared.archive.archive import ArchiveUnreachable
from invoice_shared.errors import ConnectorError, CredentialsRefused, Rejected, StartupError

app = typer.Typer(
    help="Find, understand, replay and reconcile invoices.", no_args_is_help=True, pretty_exceptions_enable=False
)
for command in (check, status, failures, replay, resolve, reconcile, preview, console, topics, import_tfvars):
    app.command()(command)

REFUSALS = (
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.SASL_AUTHENTICATION_FAILED,
)
WRONG_WISHES = (
    KafkaError.INVALID_PARTITIONS,
    KafkaError.INVALID_REPLICATION_FACTOR,
    KafkaError.INVALID_CONFIG,
    KafkaError.POLICY_VIOLATION,
    KafkaError.TOPIC_EXCEPTION,
    KafkaError._INVALID_ARG,  # noqa: SLF001 - the name that confluent-kafka gives a code of its own
)
"""What no broker will do, or no client can start with: an option or a setting is to be mended."""


@app.callback()
def root() -> None:
    """Every setting comes from the environment; see docs/configuration.md."""


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
        app()
    except UnicodeEncodeError:
        stop(Exit.USAGE, "An argument is not UTF-8.")
    except CommandFailed as failed:
        stop(failed.code, str(failed))
    except KafkaException as failed:
        stop(*kafka_end(failed.args[0]))
    except ConnectorError as failed:
        stop(exit_code(failed), str(failed))


def kafka_end(error: KafkaError) -> tuple[Exit, str]:
    """Tell how an error of Kafka's ends a command, and the line that says so."""
    said = error.str().rstrip(".")
    if error.code() in REFUSALS:
        return Exit.ATTENTION, f"The broker refuses these credentials: {said}."
    if error.code() in WRONG_WISHES:
        return Exit.USAGE, f"That cannot be done: {said}."
    return Exit.UNREACHABLE, f"The broker does not answer as it should: {said}. Try: invoices check"


def exit_code(error: ConnectorError) -> Exit:
    """Tell whether the other side refused, which a person must mend, or could not be reached."""
    refused = isinstance(error, StartupError | CredentialsRefused | Rejected)
    return Exit.ATTENTION if refused and not isinstance(error, ArchiveUnreachable) else Exit.UNREACHABLE


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
