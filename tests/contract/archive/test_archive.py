"""One suite for the archive's port: on the fake that the sink's unit tests use, and on S3 over a
real server.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import boto3
import pytest
from botocore.stub import Stubber

from invoice_shared.archive.archive import (
    Archive,
    ArchiveRefused,
    ArchiveUnavailable,
    ObjectUnreadable,
)
from invoice_shared.archive.s3_archive import S3Archive, open_archive
from invoice_shared.outgoing.outgoing import Outgoing
from tests.support.any_server import any_server, written
from tests.support.ports import free_port
from tests.support.s3 import CREDENTIALS, Bucket
from tests.unit.error_sink.fakes import FakeArchive

OpenAt = Callable[[str, str], S3Archive]


@pytest.fixture
def open_at(monkeypatch: pytest.MonkeyPatch) -> OpenAt:
    """Open the archive in a bucket at an endpoint, as a process does."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)

    def opened(endpoint: str, bucket: str) -> S3Archive:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", endpoint)
        return open_archive(bucket, Outgoing())

    return opened


@pytest.fixture(params=["fake", "s3"])
def archive(request: pytest.FixtureRequest, open_at: OpenAt) -> Archive:
    if request.param == "fake":
        return FakeArchive()
    bucket: Bucket = request.getfixturevalue("s3")
    return open_at(bucket.settings["AWS_ENDPOINT_URL_S3"], bucket.name)


def test_a_stored_object_is_found_by_its_prefix(archive: Archive) -> None:
    archive.check()
    archive.put("errors/a-1", b"1")
    archive.put("errors/a-2", b"2")
    archive.put("errors/b-1", b"3")

    assert sorted(each.key for each in archive.listed("errors/a-")) == ["errors/a-1", "errors/a-2"]
    assert [each.key for each in archive.listed("errors/", after="errors/a-1")] == [
        "errors/a-2",
        "errors/b-1",
    ]
    assert archive.listed("errors/c") == []


def test_a_put_can_be_repeated(archive: Archive) -> None:
    archive.put("errors/a-1", b"1")
    archive.put("errors/a-1", b"1")

    assert [each.key for each in archive.listed("errors/a-1")] == ["errors/a-1"]


def test_an_object_in_cold_storage_is_distinguished_from_an_unreachable_archive(
    s3: Bucket, open_at: OpenAt
) -> None:
    archive = open_at(s3.settings["AWS_ENDPOINT_URL_S3"], s3.name)
    s3.client.put_object(Bucket=s3.name, Key="errors/old", Body=b"1", StorageClass="GLACIER")

    with pytest.raises(ObjectUnreadable, match="in cold storage"):
        archive.get("errors/old")
    with pytest.raises(ObjectUnreadable, match="no longer exists"):
        archive.get("errors/none")


def test_an_object_is_listed_with_the_time_at_which_it_was_stored(
    s3: Bucket, open_at: OpenAt
) -> None:
    archive = open_at(s3.settings["AWS_ENDPOINT_URL_S3"], s3.name)
    archive.put("errors/a", b"1")

    (stored,) = archive.listed("errors/")

    assert stored.stored_at == s3.client.head_object(Bucket=s3.name, Key="errors/a")["LastModified"]


@pytest.mark.parametrize("followers", ["aa", "aba"], ids=["its own token", "an earlier token"])
def test_a_list_with_a_repeated_token_ends(followers: str) -> None:
    client = boto3.client(
        "s3", aws_access_key_id="k", aws_secret_access_key="s", region_name="us-east-1"
    )
    with Stubber(client) as stub:
        for token in followers:
            page = {"IsTruncated": True, "NextContinuationToken": token, "Contents": []}
            stub.add_response("list_objects_v2", page)

        with pytest.raises(ArchiveUnavailable, match="again and again"):
            S3Archive(client, "any").listed("errors/")


def test_a_missing_bucket_says_what_to_do(s3: Bucket, open_at: OpenAt) -> None:
    with pytest.raises(ArchiveUnavailable, match=r"no-such-bucket does not exist\. Create it"):
        open_at(s3.settings["AWS_ENDPOINT_URL_S3"], "no-such-bucket").check()


def test_an_unreachable_server_says_so(open_at: OpenAt) -> None:
    with pytest.raises(ArchiveUnavailable, match="cannot be reached"):
        open_at(f"http://127.0.0.1:{free_port()}", "any").check()


SKEWED = (
    b"<?xml version='1.0'?><Error><Code>RequestTimeTooSkewed</Code><Message>m</Message></Error>"
)


def test_a_wrong_clock_is_reported_instead_of_the_credentials(open_at: OpenAt) -> None:
    theirs = datetime.now(UTC) - timedelta(minutes=20, seconds=10)
    date = {"Date": format_datetime(theirs, usegmt=True)}
    with any_server() as server:
        server.answer = written(403, date, SKEWED)
        server.answers["HEAD"] = written(403, date, b"")

        for call in calls_of(open_at(server.url, "any")):
            with pytest.raises(
                ArchiveUnavailable, match="This machine's clock is 20 minutes ahead"
            ) as failed:
                call()
            assert "credentials" not in str(failed.value)


def calls_of(archive: Archive) -> list[Callable[[], object]]:
    return [
        archive.check,
        lambda: archive.put("k", b"x"),
        lambda: archive.get("k"),
        lambda: archive.listed("k"),
    ]


@pytest.mark.parametrize(
    "code", ["AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"]
)
def test_refused_credentials_are_distinguished_from_an_outage(open_at: OpenAt, code: str) -> None:
    with any_server() as server:
        server.answer = written(
            403, {}, f"<Error><Code>{code}</Code><Message>m</Message></Error>".encode()
        )
        server.answers["HEAD"] = written(403, {}, b"")

        for call in calls_of(open_at(server.url, "any")):
            with pytest.raises(ArchiveRefused, match="refuses these credentials"):
                call()


ELSEWHERE = {"x-amz-bucket-region": "eu-west-1"}
REDIRECTS = {
    "with its region": (301, b"PermanentRedirect", ELSEWHERE, "in the region eu-west-1"),
    "without its region": (301, b"PermanentRedirect", {}, "in another region"),
    "for a while": (
        307,
        b"TemporaryRedirect",
        {"Location": "http://127.0.0.1:1/k"},
        "in another region",
    ),
    "because of the signature": (
        400,
        b"AuthorizationHeaderMalformed",
        ELSEWHERE,
        "in the region eu-west-1",
    ),
    "because of something else": (
        400,
        b"ExpiredToken",
        {"x-amz-bucket-region": "us-east-1"},
        r"400|ExpiredToken",
    ),
}


@pytest.mark.parametrize("redirect", REDIRECTS)
def test_a_bucket_in_another_region_is_reported_with_its_region(
    open_at: OpenAt, redirect: str
) -> None:
    status, code, headers, named = REDIRECTS[redirect]
    with any_server() as server:
        server.answer = written(
            status, headers, b"<Error><Code>%b</Code><Message>m</Message></Error>" % code
        )
        server.answers["HEAD"] = written(status, headers, b"")

        for call in calls_of(open_at(server.url, "any")):
            with pytest.raises(ArchiveUnavailable, match=named):
                call()
