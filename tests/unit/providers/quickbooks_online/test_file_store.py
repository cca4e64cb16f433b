"""The token store as a file: one renewal at a time, never half a file, nobody else's to read."""

import stat
from pathlib import Path

import pytest

from invoice_providers.quickbooks_online.file_store import FileTokenStore
from invoice_providers.quickbooks_online.tokens import Tokens
from invoice_shared.errors import CredentialsRefused, Unavailable
from tests.fakes import START

TOKENS = Tokens(refresh_token="r1", access_token="a1", renew_at=START)


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    FileTokenStore(tmp_path / "tokens.json").write(TOKENS, None)

    assert stat.S_IMODE((tmp_path / "tokens.json").stat().st_mode) == 0o600


def test_while_one_renews_the_other_is_told_at_once_and_let_in_afterwards(tmp_path: Path) -> None:
    ours, theirs = (FileTokenStore(tmp_path / "tokens.json") for _ in range(2))

    with ours.exclusive(), pytest.raises(Unavailable) as busy, theirs.exclusive():
        pass

    assert (busy.value.outage, busy.value.retry_after) == (True, 1.0)
    with theirs.exclusive():
        pass


def test_what_a_killed_process_left_half_written_is_no_store(tmp_path: Path) -> None:
    store = FileTokenStore(tmp_path / "tokens.json")
    store.write(TOKENS, None)
    (tmp_path / "tokens.json.new").write_bytes(b'{"refresh')

    found = store.read()
    store.write(TOKENS.model_copy(update={"access_token": "a2"}), found)

    assert (after := store.read()) is not None
    assert after.tokens.access_token == "a2"


def test_a_folder_that_is_not_there_is_an_operators_business(tmp_path: Path) -> None:
    store = FileTokenStore(tmp_path / "missing" / "tokens.json")

    with pytest.raises(CredentialsRefused) as refused, store.exclusive():
        pass

    assert "QBO_TOKEN_STORE" in refused.value.reason
