"""An S3 server for the tests (moto, in memory), a bucket per test, and its contents."""

import gzip
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from invoice_simulators.parts.processes import ProcessGroup
from invoice_simulators.parts.s3 import start_s3
from tests.support.ports import LOOPBACK, free_port
from tests.support.proxy import Proxy

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@dataclass(frozen=True)
class Bucket:
    """The bucket of one test.

    Services reach it through ``proxy``, which can play an outage; the test reads past it.
    """

    name: str
    proxy: Proxy
    client: "S3Client"

    @property
    def settings(self) -> dict[str, str]:
        """Return the environment that points a service at this bucket."""
        return {
            "AWS_ENDPOINT_URL_S3": self.proxy.url,
            "LOG_ERRORS_BUCKET_NAME_S3": self.name,
            **CREDENTIALS,
        }

    def create(self) -> None:
        """Create the bucket."""
        self.client.create_bucket(Bucket=self.name)

    def keys(self) -> list[str]:
        """Return the keys of all objects, sorted."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name)
        return sorted(entry["Key"] for page in pages for entry in page.get("Contents", []))

    def get(self, key: str) -> bytes:
        """Return an object's bytes."""
        return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()

    def lines(self, key: str) -> list[Any]:
        """Return the JSON lines of one gzip object, fractions as ``Decimal``."""
        text = gzip.decompress(self.get(key)).decode()
        return [json.loads(line, parse_float=Decimal) for line in text.splitlines()]

    def all_lines(self) -> list[Any]:
        """Return the lines of all objects, in the order of their keys."""
        return [line for key in self.keys() for line in self.lines(key)]


@pytest.fixture(scope="session")
def s3_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Return the port of one S3 server for the whole run."""
    port = free_port()
    with ProcessGroup(tmp_path_factory.mktemp("s3")) as group:
        start_s3(group, port=port)
        yield port


@pytest.fixture
def missing_s3(s3_port: int) -> Iterator[Bucket]:
    """Return a bucket that does not exist yet; the test may create it."""
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{LOOPBACK}:{s3_port}",
        region_name=CREDENTIALS["AWS_DEFAULT_REGION"],
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"total_max_attempts": 3}),
    )
    with Proxy(s3_port) as proxy:
        yield Bucket(f"errors-{uuid.uuid4().hex[:10]}", proxy, client)
    client.close()


@pytest.fixture
def s3(missing_s3: Bucket) -> Bucket:
    """Return an empty bucket for this test."""
    missing_s3.create()
    return missing_s3
