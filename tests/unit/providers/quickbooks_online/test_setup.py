"""From the settings to a client: which store, and the pace that all workers share."""

import time
from pathlib import Path

import pytest

from invoice_providers.quickbooks_online.file_store import FileTokenStore
from invoice_providers.quickbooks_online.s3_store import S3TokenStore
from invoice_providers.quickbooks_online.setup import CALLS_PER_SECOND, build_store, pace


def test_a_path_is_a_file_and_an_s3_url_an_object(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")

    assert isinstance(build_store(str(tmp_path / "tokens.json")), FileTokenStore)
    assert isinstance(build_store("s3://bucket/tokens.json"), S3TokenStore)


def test_the_eleventh_call_of_a_second_waits() -> None:
    wait, started = pace(), time.monotonic()

    for _ in range(CALLS_PER_SECOND + 1):
        wait()

    # The lower bound only: how much longer it takes is the machine's business.
    assert time.monotonic() - started >= 0.9
