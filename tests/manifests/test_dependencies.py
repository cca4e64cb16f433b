"""An image holds what the lock gives its member, so a member may import nothing else."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

from tests.manifests.rendering import ROOT

FOLDERS = {
    "invoice-shared": "shared",
    "invoice-webhook": "services/webhook",
    "invoice-formatter": "services/formatter",
    "invoice-creator": "services/creator",
    "invoice-error-sink": "services/error-sink",
    "invoice-cli": "cli",
    "invoice-simulators": "simulators",
}
KAFKA = "confluent-kafka"
"""The one import of ``invoice_shared.kafka``, which is there only with the extra of that name."""


@pytest.mark.parametrize("member", FOLDERS)
def test_a_member_imports_only_what_its_image_holds(member: str) -> None:
    distributions = packages_distributions()
    imported = {
        plain(distributions[name][0]) for name in imports(ROOT / FOLDERS[member] / "src") if name in distributions
    }

    assert imported - locked(member) <= ({KAFKA} if member == "invoice-shared" else set())


def imports(folder: Path) -> set[str]:
    """Give the top-level names that a member's modules import from elsewhere when they run."""
    names = {name for path in folder.rglob("*.py") for name in imported_by(ast.parse(path.read_text()))}
    return names - set(sys.stdlib_module_names) - {path.name for path in folder.iterdir()}


def imported_by(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name.split(".", maxsplit=1)[0] for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module:
            yield child.module.split(".", maxsplit=1)[0]
        elif not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from imported_by(child)


def locked(member: str) -> set[str]:
    """Give a member's dependencies, theirs, and so on; its own extras included."""
    packages = lock()
    own = packages[member]
    extras = own.get("optional-dependencies", {}).values()
    waiting = [*own.get("dependencies", ()), *(each for group in extras for each in group)]
    found: set[str] = {member}
    while waiting:
        dependency = waiting.pop()
        package = packages[dependency["name"]]
        wanted = [package.get("optional-dependencies", {}).get(extra, ()) for extra in dependency.get("extra", ())]
        if dependency["name"] not in found:
            wanted.append(package.get("dependencies", ()))
        found.add(dependency["name"])
        waiting += [each for group in wanted for each in group if each["name"] not in found]
    return found


@cache
def lock() -> dict[str, dict[str, Any]]:
    packages: list[dict[str, Any]] = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    return {package["name"]: package for package in packages}


def plain(name: str) -> str:
    return name.lower().replace("_", "-")
