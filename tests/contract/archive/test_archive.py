"""One suite for the archive's port: on the fake that the sink's unit tests trust, and on S3 over a real server."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import boto3
import pytest

from invoice_shared.archive.archive import Archive, ArchiveUnavailable
from invoice_shared.archive.s3_archive import S3Archive
from tests.support.any_server import any_server, written
from tests.support.ports import free_port
from tests.support.s3 import Bucket
from tests.unit.error_sink.test_handler import FakeArchive


def s3_archive(endpoint: str, bucket: str) -> S3Archive:
    client = boto3.client(
        "s3", endpoint_url=endpoint, aws_access_key_id="k", aws_secret_access_key="s", region_name="us-east-1"
    )
    return S3Archive(client, bucket)


@pytest.fixture(params=["fake", "s3"])
def archive(request: pytest.FixtureRequest) -> Iterator[Archive]:
    if request.param == "fake":
        yield FakeArchive()
    else:
        bucket: Bucket = request.getfixturevalue("s3")
        yield s3_archive(bucket.settings["AWS_ENDPOINT_URL_S3"], bucket.settings["LOG_ERRORS_BUCKET_NAME_S3"])


def test_what_was_put_is_found_by_its_prefix(archive: Archive) -> None:
    archive.check()
    archive.put("errors/a-1", b"1")
    archive.put("errors/a-2", b"2")
    archive.put("errors/b-1", b"3")

    assert sorted(archive.keys("errors/a-")) == ["errors/a-1", "errors/a-2"]
    assert archive.keys("errors/c") == []


def test_a_put_may_be_repeated(archive: Archive) -> None:
    archive.put("errors/a-1", b"1")
    archive.put("errors/a-1", b"1")

    assert archive.keys("errors/a-1") == ["errors/a-1"]


def test_a_missing_bucket_says_what_to_do(s3: Bucket) -> None:
    with pytest.raises(ArchiveUnavailable, match=r"no-such-bucket does not exist\. Create it"):
        s3_archive(s3.settings["AWS_ENDPOINT_URL_S3"], "no-such-bucket").check()


def test_an_unreachable_server_says_so() -> None:
    with pytest.raises(ArchiveUnavailable, match="cannot be reached"):
        s3_archive(f"http://127.0.0.1:{free_port()}", "any").check()


SKEWED = b"<?xml version='1.0'?><Error><Code>RequestTimeTooSkewed</Code><Message>m</Message></Error>"


def test_a_clock_that_is_off_is_named_instead_of_the_credentials() -> None:
    theirs = datetime.now(UTC) - timedelta(minutes=20, seconds=10)
    date = {"Date": format_datetime(theirs, usegmt=True)}
    with any_server() as server:
        server.answer = written(403, date, SKEWED)
        server.answers["HEAD"] = written(403, date, b"")
        archive = s3_archive(server.url, "any")

        for call in (archive.check, lambda: archive.put("k", b"x"), lambda: archive.keys("k")):
            with pytest.raises(ArchiveUnavailable, match="This machine's clock is 20 minutes ahead") as failed:
                call()
            assert "credentials" not in str(failed.value)
