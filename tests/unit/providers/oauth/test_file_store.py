"""The token store as a file: one renewal at a time, never half a file, readable only by its
owner.
"""

import os
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from invoice_providers.oauth.file_store import FileTokenStore
from invoice_providers.oauth.tokens import Tokens
from invoice_shared import serde
from invoice_shared.errors import CredentialsRefused, Unavailable
from tests.fakes import START

TOKENS = Tokens(refresh_token="r1", access_token="a1", renew_at=START)


def store_in(folder: Path) -> FileTokenStore:
    return FileTokenStore(folder / "tokens.json", "QBO_TOKEN_STORE")


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    store_in(tmp_path).write(TOKENS, None)

    assert stat.S_IMODE((tmp_path / "tokens.json").stat().st_mode) == 0o600


def test_during_a_renewal_others_are_refused_at_once_and_admitted_afterwards(
    tmp_path: Path,
) -> None:
    ours, theirs = (store_in(tmp_path) for _ in range(2))

    with ours.exclusive(), pytest.raises(Unavailable) as busy, theirs.exclusive():
        pass

    assert (busy.value.outage, busy.value.retry_after) == (True, 1.0)
    with theirs.exclusive():
        pass


def test_a_file_that_a_killed_process_left_half_written_is_ignored(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.write(TOKENS, None)
    (tmp_path / "tokens.json.new").write_bytes(b'{"refresh')

    found = store.read()
    store.write(TOKENS.model_copy(update={"access_token": "a2"}), found)

    assert (after := store.read()) is not None
    assert after.tokens.access_token == "a2"


def test_a_missing_folder_needs_an_operator(tmp_path: Path) -> None:
    store = store_in(tmp_path / "missing")

    with pytest.raises(CredentialsRefused) as refused, store.exclusive():
        pass

    assert "QBO_TOKEN_STORE" in refused.value.reason


def test_an_interrupted_replacement_is_completed_by_the_next_holder_of_the_lock(
    tmp_path: Path,
) -> None:
    store = store_in(tmp_path)
    store.write(TOKENS, None)
    newer = TOKENS.model_copy(
        update={"refresh_token": "r2", "renew_at": START + timedelta(hours=1)}
    )
    (tmp_path / "tokens.json.new").write_bytes(serde.to_bytes(newer))

    assert (before := store.read()) is not None
    with store.exclusive():
        assert (after := store.read()) is not None

    assert (before.tokens.refresh_token, after.tokens.refresh_token) == ("r1", "r2")
    assert not (tmp_path / "tokens.json.new").exists()


def test_an_interrupted_first_write_is_completed_too(tmp_path: Path) -> None:
    (tmp_path / "tokens.json.new").write_bytes(serde.to_bytes(TOKENS))

    store = store_in(tmp_path)
    with store.exclusive():
        assert (found := store.read()) is not None

    assert found.tokens == TOKENS


def test_a_replacement_older_than_the_present_content_is_not_applied(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.write(TOKENS, None)
    older = TOKENS.model_copy(
        update={"refresh_token": "r0", "renew_at": START - timedelta(hours=1)}
    )
    (tmp_path / "tokens.json.new").write_bytes(serde.to_bytes(older))

    with store.exclusive():
        assert (found := store.read()) is not None

    assert found.tokens == TOKENS


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from invoice_providers.oauth.file_store import FileTokenStore
from invoice_shared.errors import Unavailable
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = FileTokenStore(Path(sys.argv[1]), "QBO_TOKEN_STORE")
found = store.read()
resource.setrlimit(resource.RLIMIT_FSIZE, (40, 40))
try:
    store.write(found.tokens.model_copy(update={"access_token": "a2"}), found)
except Unavailable as error:
    print(error.reason)
"""


def test_a_partial_write_replaces_nothing(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.write(TOKENS, None)
    before = (tmp_path / "tokens.json").read_bytes()

    command = [sys.executable, "-c", FULL_DISK, str(tmp_path / "tokens.json")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)

    assert "QBO_TOKEN_STORE" in done.stdout
    assert (tmp_path / "tokens.json").read_bytes() == before
    assert len((tmp_path / "tokens.json.new").read_bytes()) == 40


def test_a_read_only_folder_accepts_no_claim(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.write(TOKENS, None)
    (tmp_path / "tokens.json.lock").touch()
    tmp_path.chmod(0o500)
    try:
        if os.access(tmp_path, os.W_OK):
            pytest.skip("root writes everywhere")
        with pytest.raises(CredentialsRefused, match="writable"), store.exclusive():
            store.write(TOKENS, store.read())
    finally:
        tmp_path.chmod(0o700)
