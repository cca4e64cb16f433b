"""The archive in S3: the only importer of botocore in the error-sink."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from invoice_shared.archive.archive import (
    ArchiveRefused,
    ArchiveUnavailable,
    ArchiveUnreachable,
    ObjectUnreadable,
    StoredObject,
)
from invoice_shared.outgoing.outgoing import Outgoing
from invoice_shared.s3 import NOT_ASKED, SKEWED, build_s3_client, s3_clock_advice, s3_region_advice
from invoice_shared.text import origin

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ListObjectsV2OutputTypeDef

# One put ends within two minutes, well inside the consumer's poll interval of five.
_BOUNDS = Config(
    connect_timeout=5, read_timeout=30, retries={"max_attempts": 3, "mode": "standard"}
)

# For a person who waits to learn that the address is wrong.
FIRST_CONTACT = Config(connect_timeout=4, read_timeout=30, retries={"total_max_attempts": 1})

# The answer to a HEAD has no body, so its code is the status alone.
_MISSING = frozenset({"404", "NoSuchBucket"})
_FORBIDDEN = frozenset({"403", "AccessDenied"})
_REFUSED = _FORBIDDEN | {
    SKEWED,
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidToken",
    "SignatureDoesNotMatch",
}

# Codes about one object only, with the text that follows its name.
_OF_ONE_OBJECT = {
    "InvalidObjectState": "is in cold storage. Restore it in S3 and repeat",
    "NoSuchKey": "no longer exists",
}


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "unknown")


def _advice(error: ClientError, our_region: str) -> str:
    code = _code(error)
    if region := s3_region_advice(error, our_region):
        return region
    if code in (SKEWED, "403") and (clock := s3_clock_advice(error)):
        return f"refuses our signature. {clock.rstrip('.')}"
    if code in _MISSING:
        return "does not exist. Create it, or correct LOG_ERRORS_BUCKET_NAME_S3"
    if code in _FORBIDDEN:
        return "refuses these credentials. Allow s3:ListBucket, s3:GetObject and s3:PutObject"
    if code in _REFUSED:
        return f"refuses these credentials ({code})"
    return f"answered {code}"


def _kind(error: ClientError) -> type[ArchiveUnavailable]:
    return ArchiveRefused if _code(error) in _REFUSED else ArchiveUnavailable


def open_archive(bucket: str, outgoing: Outgoing, bounds: Config = _BOUNDS) -> "S3Archive":
    """Return the archive in a bucket, with boto3's own credentials. Raises ``StartupError``."""
    return S3Archive(build_s3_client("LOG_ERRORS_BUCKET_NAME_S3", bounds, outgoing), bucket)


class S3Archive:
    """An ``Archive`` in one bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def check(self) -> None:
        """Return if the bucket exists and we may use it."""
        with self._translated():
            self._client.head_bucket(Bucket=self._bucket)

    def put(self, key: str, content: bytes) -> None:
        """Store an object. S3 is durable once it has answered."""
        with self._translated():
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=content, ContentType="application/gzip"
            )

    def get(self, key: str) -> bytes:
        """Read an object back."""
        with self._translated():
            try:
                return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            except ClientError as error:
                if (why := _OF_ONE_OBJECT.get(_code(error))) is None:
                    raise
                raise ObjectUnreadable(why) from error

    def listed(self, prefix: str, after: str = "") -> list[StoredObject]:
        """List the objects whose key starts with ``prefix`` and sorts after ``after``."""
        with self._translated():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=prefix, StartAfter=after
            )
            found = (item for page in self._ending(pages) for item in page.get("Contents", []))
            return [StoredObject(item["Key"], item["LastModified"]) for item in found]

    def _ending(
        self, pages: Iterable["ListObjectsV2OutputTypeDef"]
    ) -> Iterator["ListObjectsV2OutputTypeDef"]:
        """Yield pages until the last.

        Raises ``ArchiveUnavailable`` if a continuation token repeats.
        """
        seen: set[str] = set()
        for page in pages:
            yield page
            token = page.get("NextContinuationToken")
            if token in seen:
                raise ArchiveUnavailable(
                    f"The bucket {self._bucket} lists the same objects again and again."
                )
            seen |= {token} if token else set()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            advice = _advice(error, self._client.meta.region_name)
            raise _kind(error)(f"The bucket {self._bucket} {advice}.") from error
        except NOT_ASKED as error:
            raise ArchiveUnavailable(
                f"The bucket {self._bucket} cannot be asked: {error}."
            ) from error
        except BotoCoreError as error:
            where = origin(self._client.meta.endpoint_url)
            raise ArchiveUnreachable(
                f"S3 cannot be reached at {where} for bucket {self._bucket}:"
                f" {type(error).__name__}."
            ) from error
