"""Every command that the pages, or the advice in messages, tell an operator to type exists with its
options.
"""

import ast
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.exceptions import TyperException

from invoice_cli.index import INDEX
from invoice_cli.lazy import loaded

ROOT = Path(__file__).parents[3]
FENCE = re.compile(r"^```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"`([^`\n]+)`")
TYPED = re.compile(r"^(?:\$ )?(?:\.venv/bin/|k8s/)?invoices (?P<rest>[^#]+)")
ADVISED = re.compile(r"\binvoices (?P<rest>[a-z-]+(?: [\w-]+)*)")
PLACEHOLDERS = {"CODE": "items-not-mapped", "DESTINATION": "netsuite", "…": "x"}


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split()]


def typed_in(page: str) -> Iterator[str]:
    """Yield what follows ``invoices`` on the lines of code blocks and in the code of sentences."""
    for block in FENCE.findall(page):
        yield from (found["rest"] for line in block.splitlines() if (found := TYPED.match(line)))
    yield from (
        found["rest"] for span in SPAN.findall(FENCE.sub("", page)) if (found := TYPED.match(span))
    )


def advised_in(source: str) -> Iterator[str]:
    """Yield what follows ``invoices`` in the texts of a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (found["rest"] for found in ADVISED.finditer(node.value))


def is_command(words: list[str]) -> bool:
    """Whether a subcommand takes these words; a name alone may stand for the command."""
    name, *rest = words
    if name not in INDEX:
        return name == "--help"
    try:
        loaded(name).make_context(name, [PLACEHOLDERS.get(word, word) for word in rest])
    except TyperException:
        return not rest
    return True


@pytest.mark.parametrize("page", tracked("*.md"), ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_on_a_page_can_be_typed(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("invoice.json").touch()

    wrong = [rest for rest in typed_in(page.read_text()) if not is_command(shlex.split(rest))]

    assert wrong == []


def test_commands_in_a_message_can_be_typed() -> None:
    modules = tracked(
        "cli/src/*.py",
        "operations/src/*.py",
        "providers/src/*.py",
        "services/*.py",
        "shared/src/*.py",
    )
    advised = [rest.split() for module in modules for rest in advised_in(module.read_text())]
    with_options = [words for words in advised if any(word.startswith("--") for word in words)]

    assert len(with_options) > 3
    assert [words for words in with_options if not is_advice(words)] == []


def is_advice(words: list[str]) -> bool:
    """Whether the words up to the last option, with its value if it takes one, are a command.

    A sentence may go on after it, and a value may be filled in when the message is written.
    """
    last = max(index for index, word in enumerate(words) if word.startswith("--"))
    upto = words[: last + 1]
    return is_command(upto) or is_command([*upto, "x"])
