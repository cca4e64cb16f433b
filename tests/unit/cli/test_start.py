"""What the command line loads before it knows which command to run."""

import subprocess
import sys
from pkgutil import iter_modules

import pytest

from invoice_cli import commands
from invoice_cli.index import INDEX, Listed
from invoice_cli.lazy import loaded

HEAVY = "sorted({'boto3', 'botocore', 'faust'} & sys.modules.keys())"
OURS = (
    "sorted(name for name in sys.modules if name.startswith('invoice_') and name != 'invoice_cli')"
)
OF_HELP = ["invoice_cli.__main__", "invoice_cli.index", "invoice_cli.lazy"]


def printed(command: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", command], check=True, capture_output=True, text=True, env=environment
    )
    return done.stdout


def test_a_command_that_does_not_use_s3_loads_no_boto3() -> None:
    questions = ("failures", "status", "check", "topics")
    load = f"from invoice_cli.lazy import loaded; [loaded(name) for name in {questions}]"

    assert printed(f"import sys; {load}; print({HEAVY})") == "[]\n"


def test_help_does_not_load_any_command() -> None:
    run = f"import sys, atexit; sys.argv[1:] = ['--help']; atexit.register(lambda: print({OURS}))"

    shown = printed(f"{run}; from invoice_cli.__main__ import main; main()")

    assert shown.splitlines()[-1] == str(OF_HELP)


def test_the_shell_completes_commands_and_their_options() -> None:
    run = "from invoice_cli.__main__ import app; app(prog_name='invoices')"
    asked = {"_INVOICES_COMPLETE": "complete_zsh"}

    assert "reconcile" in printed(run, **asked, _TYPER_COMPLETE_ARGS="invoices rec")
    assert "--customer" in printed(run, **asked, _TYPER_COMPLETE_ARGS="invoices failures --cust")


def test_every_module_of_a_command_is_in_the_index() -> None:
    modules = {info.name for info in iter_modules(commands.__path__)}

    assert modules == {listed.module for listed in INDEX.values()}


@pytest.mark.parametrize(("name", "listed"), INDEX.items())
def test_the_overview_shows_the_first_line_of_each_commands_help(name: str, listed: Listed) -> None:
    paragraph, *_rest = (loaded(name).help or "").strip().split("\n\n")

    assert " ".join(paragraph.split()) == listed.summary
