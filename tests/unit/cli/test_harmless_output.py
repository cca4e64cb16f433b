"""Nothing that another system says can steer a terminal, however it is printed."""

import ast
import io
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from invoice_cli.exits import Exit, say, stop
from invoice_cli.output import (
    print_csv,
    print_exactly,
    print_json,
    print_json_rows,
    print_table,
    print_text,
    show,
    table,
)
from invoice_cli.progress import LINE_SECONDS, Lines
from invoice_cli.terminal import SafeConsole, terminal
from invoice_shared.harmless import HARMFUL

EVIL = "".join(map(chr, HARMFUL)) + "words"
ROW = {"name": EVIL, EVIL: "x"}
SOURCES = Path(__file__).parents[3] / "cli" / "src" / "invoice_cli"
# The only modules that may write to a stream.
WRITERS = {"exits.py", "output.py", "terminal.py"}
PATHS: dict[str, Callable[[], object]] = {
    "a table": lambda: print_table([ROW]),
    "rows as a table": lambda: show([ROW], "table"),
    "rows as JSON": lambda: show([ROW], "json"),
    "a document": lambda: print_json({EVIL: [EVIL]}),
    "an exact document": lambda: print_exactly({EVIL: [EVIL]}),
    "rows of a document": lambda: print_json_rows([ROW]),
    "CSV": lambda: print_csv([{"name": EVIL}], ["name"]),
    "a text": lambda: print_text(EVIL),
    "a sentence": lambda: say(EVIL),
    "the last sentence": lambda: stop(Exit.ATTENTION, EVIL),
    "a console": lambda: terminal().print(EVIL, table([ROW], EVIL)),
    "a console beside": lambda: terminal(stderr=True).print(EVIL),
    "progress": Lines(lambda _done: EVIL, iter((0.0, LINE_SECONDS, LINE_SECONDS)).__next__),
}


@pytest.mark.parametrize("path", PATHS)
def test_no_kind_of_output_steers_a_terminal(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    with suppress(SystemExit):
        PATHS[path]()

    printed = "".join(capsys.readouterr())
    assert "words" in printed
    assert not set(map(ord, printed)) & set(HARMFUL)


def test_a_terminal_gets_our_colours_but_nobody_elses() -> None:
    shown = io.StringIO()
    console = SafeConsole(file=shown, force_terminal=True, color_system="standard", width=200)

    console.print("good", "\x1b[31mbad\x9b", style="green")

    assert shown.getvalue().startswith("\x1b[32m")
    assert "\x1b[31m" not in shown.getvalue()
    assert "\x9b" not in shown.getvalue()


def test_a_refused_argument_does_not_steer_a_terminal_either() -> None:
    command = [
        sys.executable,
        "-m",
        "invoice_cli",
        "replay",
        "errors",
        "--code",
        "\x1b[31m\u009b\u202e",
    ]

    done = subprocess.run(command, check=False, capture_output=True, text=True)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert not set(map(ord, done.stderr)) & set(HARMFUL)


@pytest.mark.parametrize(
    "module", sorted(SOURCES.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCES))
)
def test_no_module_writes_to_a_stream_directly(module: Path) -> None:
    calls = [
        node.func for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.Call)
    ]
    written = {ast.unparse(call) for call in calls}

    forbidden = {
        "print",
        "Console",
        "typer.echo",
        "typer.secho",
        "sys.stdout.write",
        "sys.stderr.write",
    }
    assert module.name in WRITERS or not written & forbidden
