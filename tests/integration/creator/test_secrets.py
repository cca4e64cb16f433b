"""The file of a secret disappears under a running creator, which names it and continues when the
file is back.
"""

from pathlib import Path

import pytest

from tests.integration.creator.world import World, invoices
from tests.support.waiting import eventually

pytestmark = [pytest.mark.broker]


def test_a_missing_secret_file_is_named_until_it_is_back(world: World, tmp_path: Path) -> None:
    settings = world.settings()
    file = tmp_path / "token"
    file.write_text(settings["NS_TOKEN_SECRET"])
    world.changes |= {"NS_TOKEN_SECRET": "", "NS_TOKEN_SECRET_FILE": str(file)}
    creator = world.start()

    file.rename(tmp_path / "gone")
    eventually(
        lambda: "NS_TOKEN_SECRET: its file cannot be read" in creator.ask("/readyz")[1], timeout=10
    )
    world.send(invoices(1))
    (tmp_path / "gone").rename(file)

    eventually(lambda: world.is_committed(1), timeout=60)
    assert creator.is_ready()
    assert world.failures() == []
