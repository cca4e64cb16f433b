"""What the peers need, into ``.bench/``, once: a Python environment, Node's packages, a Go binary.

Each raises ``Missing`` if a tool is not here, or if a registry cannot be reached.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
KEPT = ROOT / ".bench"
# As the ones that these programs were written for.
PACKAGES = ("fastapi==0.165.0", "faststream[confluent]==0.7.8", "uvicorn[standard]==0.54.0")


class Missing(Exception):
    """A peer cannot play; the text says why."""


def python() -> Path:
    """Return a Python that has FastAPI and FastStream."""
    found = KEPT / "python" / "bin" / "python"
    if not (KEPT / "python" / "complete").exists():
        uv = shutil.which("uv") or str(ROOT / ".bootstrap" / "bin" / "uv")
        _run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(KEPT / "python")])
        _run([uv, "pip", "install", "--quiet", "--python", str(found), *PACKAGES])
        (KEPT / "python" / "complete").touch()
    return found


def node() -> list[str]:
    """Return the command that starts the Node webhook; node-rdkafka is built for this machine."""
    tool, directory = _tool("node"), KEPT / "node"
    if not (directory / "complete").exists():
        directory.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "webhook.js"):
            shutil.copy(HERE / "node" / name, directory)
        _run([_tool("npm"), "install", "--silent"], directory)
        _run([tool, "-e", "require('node-rdkafka')"], directory)
        (directory / "complete").touch()
    return [tool, str(directory / "webhook.js")]


def go() -> list[str]:
    """Return the command that starts the Go webhook."""
    binary = KEPT / "go" / "webhook"
    if not binary.exists():
        _run([_tool("go"), "build", "-o", str(binary), "."], HERE / "go")
    return [str(binary)]


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Missing(f"{name} is not here")
    return found


def _run(command: Sequence[str], directory: Path = ROOT) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=directory,
            env=dict(os.environ),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Missing(f"{command[0]} does not run: {type(error).__name__}") from error
    if done.returncode:
        raise Missing(
            f"{' '.join(command[:3])} failed: {(done.stderr or done.stdout).strip()[-200:]}"
        )
