"""One suite for the archive's port: on the fake that the sink's unit tests trust, and on S3 over a real server."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import Stubber

from invoice_shared.archive.archive import Archive, ArchiveUnavailable, ObjectUnreadable
from invoice_shared.archive.s3_archive import S3Archive
from tests.support.any_server import any_server, written
from tests.support.ports import free_port
from tests.support.s3 import Bucket
from tests.unit.error_sink.test_handler import FakeArchive

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def client_of(endpoint: str) -> "S3Client":
    return boto3.client(
        "s3", endpoint_url=endpoint, aws_access_key_id="k", aws_secret_access_key="s", region_name="us-east-1"
    )


def s3_archive(endpoint: str, bucket: str) -> S3Archive:
    return S3Archive(client_of(endpoint), bucket)


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

    assert sorted(each.key for each in archive.listed("errors/a-")) == ["errors/a-1", "errors/a-2"]
    assert archive.listed("errors/c") == []


def test_a_put_may_be_repeated(archive: Archive) -> None:
    archive.put("errors/a-1", b"1")
    archive.put("errors/a-1", b"1")

    assert [each.key for each in archive.listed("errors/a-1")] == ["errors/a-1"]


def test_an_object_that_was_archived_away_is_told_from_an_archive_that_is_away(s3: Bucket) -> None:
    archive = s3_archive(s3.settings["AWS_ENDPOINT_URL_S3"], s3.name)
    s3.client.put_object(Bucket=s3.name, Key="errors/old", Body=b"1", StorageClass="GLACIER")

    with pytest.raises(ObjectUnreadable, match="archived away"):
        archive.get("errors/old")
    with pytest.raises(ObjectUnreadable, match="not there any more"):
        archive.get("errors/none")


def test_an_object_is_listed_with_the_time_at_which_it_was_stored(s3: Bucket) -> None:
    archive = s3_archive(s3.settings["AWS_ENDPOINT_URL_S3"], s3.name)
    archive.put("errors/a", b"1")

    (stored,) = archive.listed("errors/")

    assert stored.stored_at == s3.client.head_object(Bucket=s3.name, Key="errors/a")["LastModified"]


@pytest.mark.parametrize("followers", ["aa", "aba"], ids=["its own token", "one before"])
def test_a_list_whose_token_comes_again_ends(followers: str) -> None:
    client = client_of(f"http://127.0.0.1:{free_port()}")
    with Stubber(client) as stub:
        for token in followers:
            page = {"IsTruncated": True, "NextContinuationToken": token, "Contents": []}
            stub.add_response("list_objects_v2", page)

        with pytest.raises(ArchiveUnavailable, match="again and again"):
            S3Archive(client, "any").listed("errors/")


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

        for call in (archive.check, lambda: archive.put("k", b"x"), lambda: archive.listed("k")):
            with pytest.raises(ArchiveUnavailable, match="This machine's clock is 20 minutes ahead") as failed:
                call()
            assert "credentials" not in str(failed.value)
