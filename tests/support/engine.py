"""A Docker engine with the images of this checkout, if the tests are told that they may use it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PERMISSION = "INVOICES_TEST_CONTAINERS"
ROOT = Path(__file__).parents[2]


def needs_engine() -> None:
    """Skip unless the tests may start compose here."""
    if shutil.which("docker") is None or not os.environ.get(PERMISSION):
        pytest.skip(
            f"needs a Docker engine with images from k8s/images build, and {PERMISSION}=yes as"
            " permission"
        )


def compose(*arguments: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
    """Run the plugin, or the older program if there is no plugin."""
    plugin = subprocess.run(
        ["docker", "compose", "version"], check=False, capture_output=True, timeout=60
    )
    program = ["docker", "compose"] if plugin.returncode == 0 else ["docker-compose"]
    command = [*program, "--project-name", "invoices-test", *arguments]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=timeout, cwd=ROOT
    )


def docker(*arguments: str, timeout: float = 120) -> str:
    """Run docker, and return what it prints. Fails with its message."""
    done = subprocess.run(
        ["docker", *arguments], check=False, capture_output=True, text=True, timeout=timeout
    )
    assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr}"
    return done.stdout


def has(image: str) -> bool:
    """Whether the engine has the image, or can pull it."""
    ways = (["image", "inspect"], ["pull", "--quiet"])
    return any(
        subprocess.run(
            ["docker", *way, image], check=False, capture_output=True, timeout=300
        ).returncode
        == 0
        for way in ways
    )
