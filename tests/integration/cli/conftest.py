"""The command line as operators have it: a process, an environment, its output and its exit
code.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.topics import Topics

SCRIPT = str(Path(sys.executable).with_name("invoices"))


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return the one document on stdout, fractions as ``Decimal``."""
        return json.loads(self.out, parse_float=Decimal)


RunInvoices = Callable[..., Ended]


@pytest.fixture
def run_invoices(topics: Topics, tmp_path: Path) -> RunInvoices:
    """Return a function that runs ``invoices …`` in a pipe against this test's topics.

    ``settings`` are added. All runs share their state.
    """

    def run(*arguments: str, settings: dict[str, str] | None = None, timeout: float = 120) -> Ended:
        environment = topics.settings | {"INVOICES_STATE_DIR": str(tmp_path)} | (settings or {})
        done = subprocess.run(
            [SCRIPT, *arguments],
            env=environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Ended(done.returncode, done.stdout, done.stderr)

    return run
