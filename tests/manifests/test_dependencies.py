"""An image contains what the lock lists for its package, so a package may import nothing else."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

from tests.manifests.rendering import ROOT
from tests.manifests.test_images import DOCKERFILE, IMAGES, more_than_its_distribution

FOLDERS = {
    "invoice-shared": "shared",
    "invoice-providers": "providers",
    "invoice-webhook": "services/webhook",
    "invoice-formatter": "services/formatter",
    "invoice-creator": "services/creator",
    "invoice-error-sink": "services/error-sink",
    "invoice-operations": "operations",
    "invoice-cli": "cli",
    "invoice-web": "web",
    "invoice-simulators": "simulators",
}
# Each image contains those that it needs, and no other.
KAFKA_CLIENTS = {
    "invoice-formatter": {"faust-streaming", "aiokafka"},
    "invoice-simulators": {"confluent-kafka"},
    "invoice-cli": {"confluent-kafka"},
    "invoice-web": {"confluent-kafka"},
    "invoice-webhook": {"confluent-kafka"},
    "invoice-creator": {"confluent-kafka"},
    "invoice-error-sink": {"confluent-kafka"},
}

IMPORT_WITHOUT = """
import importlib, sys

module, *absent = sys.argv[1:]


class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Absent())
importlib.import_module(module)
"""


@pytest.mark.parametrize("member", FOLDERS)
def test_a_package_imports_only_what_its_image_contains(member: str) -> None:
    imported = {
        plain(installed()[name][0])
        for name in imports(ROOT / FOLDERS[member] / "src")
        if name in installed()
    }

    assert imported - locked(member) == set()


@pytest.mark.parametrize("image", IMAGES)
def test_an_images_program_loads_with_only_what_the_image_contains(image: str) -> None:
    held = held_by(image)
    absent = [name for name, owners in installed().items() if held.isdisjoint(map(plain, owners))]
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-c",
        IMPORT_WITHOUT,
        f"{package_of(image)}.__main__",
        *absent,
    ]

    done = subprocess.run(command, env={}, check=False, capture_output=True, text=True, timeout=120)

    assert (done.stderr, done.returncode) == ("", 0)


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_contains_only_the_kafka_clients_that_it_needs(image: str) -> None:
    clients = set.union(*KAFKA_CLIENTS.values())

    assert held_by(image) & clients == KAFKA_CLIENTS[image]


def imports(folder: Path) -> set[str]:
    """Return the top-level names that a package's modules import from elsewhere when they run."""
    names = {
        name for path in folder.rglob("*.py") for name in imported_by(ast.parse(path.read_text()))
    }
    return names - set(sys.stdlib_module_names) - {path.name for path in folder.iterdir()}


def imported_by(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name.split(".", maxsplit=1)[0] for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module:
            yield child.module.split(".", maxsplit=1)[0]
        elif not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from imported_by(child)


def held_by(image: str) -> set[str]:
    """Return the distributions that the Dockerfile installs."""
    more = more_than_its_distribution(DOCKERFILE).get(image, "").split()
    options = list(zip(more[::2], more[1::2], strict=True))
    extras = {value for option, value in options if option == "--extra"}
    return set.union(
        locked(image, extras),
        *(locked(value, set()) for option, value in options if option == "--package"),
    )


def locked(member: str, extras: Collection[str] | None = None) -> set[str]:
    """Return a package with its dependencies, theirs, and so on; with all of its own extras if none
    are named.
    """
    packages = lock()
    named = packages[member].get("optional-dependencies", {}) if extras is None else extras
    waiting = [(member, None), *((member, extra) for extra in named)]
    found: set[tuple[str, str | None]] = set()
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in found:
            continue
        found.add((name, extra))
        package = packages[name]
        needed = (
            package.get("dependencies", ())
            if extra is None
            else package["optional-dependencies"].get(extra, ())
        )
        waiting += [
            (each["name"], more) for each in needed for more in (None, *each.get("extra", ()))
        ]
    return {name for name, _extra in found}


@cache
def installed() -> Mapping[str, list[str]]:
    """Return the distributions that each importable top-level name belongs to."""
    return packages_distributions()


@cache
def lock() -> dict[str, dict[str, Any]]:
    packages: list[dict[str, Any]] = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    return {package["name"]: package for package in packages}


def package_of(image: str) -> str:
    return image.replace("-", "_")


def plain(name: str) -> str:
    return name.lower().replace("_", "-")
