"""The outside systems of a module's tests, and a connector between them for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.standing.connector import Connector
from tests.contract.standing.systems import Systems, systems


@pytest.fixture(scope="module")
def outside() -> Iterator[Systems]:
    """Serve the systems once; who uses them starts by a ``reset``."""
    with systems() as served:
        yield served


@pytest.fixture
def connector(outside: Systems, tmp_path: Path) -> Connector:
    """Return a connector that knows nothing, as nobody outside does."""
    outside.reset()
    return Connector(outside, tmp_path)
