"""``invoices``: the subcommands, their options, and how a wrong call ends them."""

import io
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from invoice_cli.lazy import Commands

ATTENTION, USAGE = 1, 2

app = typer.Typer(
    cls=Commands,
    help="Find, understand, replay and reconcile invoices.",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


def _tell_version(is_asked: bool) -> None:
    if is_asked:
        from importlib.metadata import version  # noqa: PLC0415 - a tenth of what help takes

        _print_text(f"invoices {version('invoice-cli')}")
        raise typer.Exit


VersionOption = Annotated[
    bool,
    typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version."),
]


EnvFileOption = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        help="Read settings from this file (lines NAME=value); the environment overrides it.",
    ),
]


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context, env_file: EnvFileOption = None, _version: VersionOption = False
) -> None:
    """Settings come from the environment or from --env-file; see docs/configuration.md."""
    if env_file is not None:
        from invoice_cli.env_file import read_env_file  # noqa: PLC0415 - few need it

        read_env_file(env_file)
    if context.invoked_subcommand is None:
        _print_text(context.get_help())
        raise typer.Exit(USAGE)


def main() -> None:
    """Run one subcommand; print one line and exit with the contract's code if it fails."""
    _speak_utf8()
    try:
        sys.exit(app(standalone_mode=False))
    except TyperException as wrong:
        said = wrong.format_message()
        _stop(
            USAGE, f"{said}{'' if said.endswith(('.', '?')) else '.'} See: invoices COMMAND --help"
        )
    except typer.Abort:
        _stop(ATTENTION, "Stopped: no answer was given.")
    except UnicodeEncodeError:
        _stop(USAGE, "An argument is not UTF-8.")


def _print_text(text: str) -> None:
    from invoice_cli.output import print_text  # noqa: PLC0415 - what help does without

    print_text(text)


def _stop(code: int, sentence: str) -> None:
    from invoice_cli.exits import Exit, stop  # noqa: PLC0415 - what help does without

    stop(Exit(code), sentence)


def _speak_utf8() -> None:
    """Write UTF-8 whatever the terminal's language, and escape what it cannot encode."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


if __name__ == "__main__":
    main()
