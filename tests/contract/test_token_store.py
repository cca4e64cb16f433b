"""The requirements of the chain of tokens on a store, on the fake, on a file and on S3."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from invoice_providers.oauth.file_store import FileTokenStore
from invoice_providers.oauth.s3_store import BOUNDS, S3TokenStore
from invoice_providers.oauth.tokens import StoreChanged, Tokens, TokenStore
from invoice_shared.errors import CredentialsRefused
from invoice_shared.outgoing.outgoing import Outgoing
from invoice_shared.s3 import build_s3_client
from tests.fakes import START
from tests.support.s3 import Bucket
from tests.unit.providers.oauth.fakes import FakeTokenStore

KEY = "quickbooks/tokens.json"
SETTING = "QBO_TOKEN_STORE"


def tokens(number: int) -> Tokens:
    return Tokens(refresh_token=f"r{number}", access_token=f"a{number}", renew_at=START)


@pytest.fixture(params=["fake", "file", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> TokenStore:
    if request.param == "fake":
        return FakeTokenStore()
    if request.param == "file":
        return FileTokenStore(tmp_path / "tokens.json", SETTING)
    bucket: Bucket = request.getfixturevalue("s3")
    return S3TokenStore(bucket.client, f"s3://{bucket.name}/{KEY}", SETTING)


def test_an_empty_store_returns_nothing(store: TokenStore) -> None:
    assert store.read() is None


def test_written_tokens_can_be_read(store: TokenStore) -> None:
    store.write(tokens(1), None)
    first = store.read()
    store.write(tokens(2), first)
    second = store.read()

    assert first is not None
    assert second is not None
    assert (first.tokens, second.tokens) == (tokens(1), tokens(2))
    assert first.version != second.version


def test_a_late_first_write_changes_nothing(store: TokenStore) -> None:
    store.write(tokens(1), None)

    with pytest.raises(StoreChanged):
        store.write(tokens(2), None)

    assert (found := store.read()) is not None
    assert found.tokens == tokens(1)


def test_a_write_over_replaced_tokens_changes_nothing(store: TokenStore) -> None:
    store.write(tokens(1), None)
    old = store.read()
    store.write(tokens(2), old)

    with pytest.raises(StoreChanged):
        store.write(tokens(3), old)

    assert (found := store.read()) is not None
    assert found.tokens == tokens(2)


def test_one_of_many_simultaneous_writers_wins(store: TokenStore) -> None:
    wins: list[int] = []

    def compete(number: int) -> None:
        try:
            with store.exclusive():
                store.write(tokens(number), None)
        except Exception:  # noqa: BLE001 - losing takes another form in each store
            return
        wins.append(number)

    rivals = [threading.Thread(target=compete, args=(number,)) for number in range(8)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()

    assert (found := store.read()) is not None
    assert [tokens(number) for number in wins] == [found.tokens]


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1]", b'{"schema_version":1,"refresh_token":"r"}']
)
@pytest.mark.parametrize("kind", ["file", "s3"])
def test_content_other_than_tokens_needs_an_operator(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, content: bytes
) -> None:
    with pytest.raises(CredentialsRefused) as refused:
        STORES_WITH[kind](request, tmp_path, content).read()

    assert SETTING in refused.value.reason


def test_aws_without_credentials_needs_an_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/does/not/exist")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")

    with pytest.raises(CredentialsRefused, match="credentials"):
        S3TokenStore(
            build_s3_client(SETTING, BOUNDS, Outgoing()), f"s3://bucket/{KEY}", SETTING
        ).read()


def file_with(_request: pytest.FixtureRequest, folder: Path, content: bytes) -> TokenStore:
    (folder / "tokens.json").write_bytes(content)
    return FileTokenStore(folder / "tokens.json", SETTING)


def object_with(request: pytest.FixtureRequest, _folder: Path, content: bytes) -> TokenStore:
    bucket: Bucket = request.getfixturevalue("s3")
    bucket.client.put_object(Bucket=bucket.name, Key=KEY, Body=content)
    return S3TokenStore(bucket.client, f"s3://{bucket.name}/{KEY}", SETTING)


STORES_WITH: dict[str, Callable[[pytest.FixtureRequest, Path, bytes], TokenStore]] = {
    "file": file_with,
    "s3": object_with,
}
