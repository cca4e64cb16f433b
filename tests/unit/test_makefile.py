"""Which Python `make setup` uses: a Python of any version and a uv that records its arguments."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ANOTHER = "/usr/bin/python3.12"
FETCHED = "/fetched/python3.13"
WITHIN = [(3, 11, 0), (3, 12, 1), (3, 13, 15)]
OUTSIDE = [(3, 8, 0), (3, 10, 19), (3, 14, 0), (4, 0, 0)]

PYTHON = """\
#!/bin/sh
case "$1 $2" in
  "-c "*) exec {real} -c "import sys; sys.version_info = {version}; $2" ;;
  "-m venv") mkdir -p "$3/bin" && ln -s {here}/python "$3/bin/python" ;;
  "-m pip") ln -s {here}/uv .bootstrap/bin/uv ;;
esac
"""
UV = """\
#!/bin/sh
echo "$UV_PYTHON_DOWNLOADS: $*" >> asked
case "$1 $2" in
  "python find") [ -e found ] && cat found ;;
  "python install") [ -e fetchable ] && mv fetchable found ;;
  *) mkdir -p .venv ;;
esac
"""


@pytest.mark.parametrize("version", WITHIN)
def test_a_python_within_the_bounds_is_used_without_a_search(
    tmp_path: Path, version: tuple[int, ...]
) -> None:
    done = set_up(tmp_path, version)

    assert done.returncode == 0, done.stderr
    assert [synced_with(line) for line in asked(tmp_path)] == [str(tmp_path / "python")]


@pytest.mark.parametrize("version", OUTSIDE)
def test_another_installed_python_is_used_if_the_first_is_out_of_bounds(
    tmp_path: Path, version: tuple[int, ...]
) -> None:
    (tmp_path / "found").write_text(ANOTHER)

    done = set_up(tmp_path, version)

    assert done.returncode == 0, done.stderr
    assert synced_with(asked(tmp_path)[-1]) == ANOTHER
    assert not any("python install" in line for line in asked(tmp_path))


@pytest.mark.parametrize("version", OUTSIDE)
def test_uv_downloads_a_python_only_if_none_is_installed(
    tmp_path: Path, version: tuple[int, ...]
) -> None:
    (tmp_path / "fetchable").write_text(FETCHED)

    done = set_up(tmp_path, version)

    assert done.returncode == 0, done.stderr
    assert synced_with(asked(tmp_path)[-1]) == FETCHED
    assert [line for line in asked(tmp_path) if not line.startswith("never: ")] == [
        "automatic: python install --quiet 3.13"
    ]


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 7, 17), *OUTSIDE])
def test_one_line_says_what_to_set_if_no_python_is_available(
    tmp_path: Path, version: tuple[int, ...]
) -> None:
    done = set_up(tmp_path, version)

    assert done.returncode != 0
    assert [
        line for line in done.stderr.splitlines() if not re.match(r"make(\[\d+\])?: ", line)
    ] == [f"Found no Python {bound()}: set PYTHON, e.g. make PYTHON=/path/to/python3.13"]
    assert not (tmp_path / ".venv").exists()


def test_every_package_declares_the_bounds_of_the_makefile() -> None:
    files = [
        ROOT / "pyproject.toml",
        *ROOT.glob("*/pyproject.toml"),
        *ROOT.glob("services/*/pyproject.toml"),
    ]

    assert len(files) > 5
    assert {tomllib.loads(file.read_text())["project"]["requires-python"] for file in files} == {
        bound()
    }


def set_up(folder: Path, version: tuple[int, ...]) -> subprocess.CompletedProcess[str]:
    """Run `make setup` in a folder of its own, with a Python of the given version."""
    for name in ("Makefile", "pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / name, folder)
    for name, text in (("python", PYTHON), ("uv", UV)):
        (folder / name).write_text(text.format(real=sys.executable, version=version, here=folder))
        (folder / name).chmod(0o755)
    command = [
        "make",
        "-C",
        str(folder),
        "--no-print-directory",
        "setup",
        f"PYTHON={folder / 'python'}",
    ]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


def asked(folder: Path) -> list[str]:
    """Return what uv was asked for, in order, each with whether it may download a Python."""
    return (folder / "asked").read_text().splitlines()


def synced_with(line: str) -> str | None:
    found = re.fullmatch(r"never: sync --locked .*--python (\S+) .*", line)
    return found and found[1]


def bound() -> str:
    """Return the versions that the Makefile names."""
    found = re.search(r"^PYTHONS := (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert found is not None
    return found[1]
