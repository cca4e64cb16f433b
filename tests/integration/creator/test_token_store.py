"""Processes that share a token store are killed at any time: the chain continues, and no token was
used unstored.
"""

import random
import subprocess
import sys
from pathlib import Path

from invoice_providers.oauth.file_store import FileTokenStore
from tests.support.waiting import eventually

ROUNDS = 6


def test_a_kill_at_any_time_leaves_the_newest_used_tokens_stored(tmp_path: Path) -> None:
    place = tmp_path / "tokens.json"
    used = tmp_path / "used"
    chance = random.Random(1)

    for _ in range(ROUNDS):
        before = uses(used)
        replicas = [start(place, used) for _ in range(2)]
        eventually(lambda: uses(used) > before + chance.randint(1, 40), timeout=60, every=0.003)  # noqa: B023 - called at once
        for replica in replicas:
            replica.kill()
            replica.wait()

        found = FileTokenStore(place, "QBO_TOKEN_STORE").read()
        assert found is not None
        assert serial(found.tokens.refresh_token) == serial(found.tokens.access_token)
        assert serial(found.tokens.access_token) >= max(map(serial, used.read_text().split()))


def start(place: Path, used: Path) -> "subprocess.Popen[bytes]":
    command = [
        sys.executable,
        "-m",
        "tests.integration.creator.token_renewer",
        str(place),
        str(used),
    ]
    return subprocess.Popen(command)


def uses(used: Path) -> int:
    return used.read_bytes().count(b"\n") if used.exists() else 0


def serial(token: str) -> int:
    return int(token[1:])
