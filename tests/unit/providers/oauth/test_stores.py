"""Which token store a setting names."""

from pathlib import Path

import pytest

from invoice_providers.oauth.file_store import FileTokenStore
from invoice_providers.oauth.s3_store import S3TokenStore
from invoice_providers.oauth.stores import build_store
from invoice_shared.outgoing.outgoing import Outgoing


def test_a_path_names_a_file_and_an_s3_url_an_object(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")

    assert isinstance(
        build_store(str(tmp_path / "tokens.json"), "QBO_TOKEN_STORE", Outgoing()), FileTokenStore
    )
    assert isinstance(
        build_store("s3://bucket/tokens.json", "QBO_TOKEN_STORE", Outgoing()), S3TokenStore
    )
