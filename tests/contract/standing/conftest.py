"""The outside systems for a module's tests, and a connector between them for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.standing.connector import Connector
from tests.contract.standing.systems import Systems, systems


@pytest.fixture(scope="module")
def outside() -> Iterator[Systems]:
    """Serve the systems once per module; each test starts with a ``reset``."""
    with systems() as served:
        yield served


@pytest.fixture
def connector(outside: Systems, tmp_path: Path) -> Connector:
    """Return a new connector, between outside systems without data."""
    outside.reset()
    return Connector(outside, tmp_path)
