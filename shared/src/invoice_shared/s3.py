"""A client of S3, built in one way for every process that has one. Needs the extra ``invoice-shared[s3]``."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
)

from invoice_shared.errors import StartupError
from invoice_shared.skew import clock_advice

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NOT_ASKED = (NoCredentialsError, PartialCredentialsError, ParamValidationError)
"""boto3 does not even call: credentials are not found, or the bucket's name is none."""

# S3's own code for a signature whose time is more than 15 minutes from its clock.
SKEWED = "RequestTimeTooSkewed"


def s3_clock_advice(error: ClientError) -> str:
    """Return a sentence about our clock if S3's answer says that it is wrong; empty if not."""
    headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    code = error.response.get("Error", {}).get("Code")
    unknown = "This machine's clock is wrong: correct it first." if code == SKEWED else ""
    return clock_advice(headers.get("date"), datetime.now(UTC)) or unknown


def build_s3_client(setting: str, bounds: Config) -> "S3Client":
    """Build a client from boto3's own chain (``AWS_*``). Elsewhere than at AWS, buckets are paths, not host names.

    ``setting`` is the one that asks for S3. Raises ``StartupError`` for ``AWS_*`` settings that boto3 cannot use.
    """
    try:
        client: S3Client = boto3.client("s3", config=bounds)
        if "amazonaws.com" in client.meta.endpoint_url:
            return client
        return boto3.client("s3", config=bounds.merge(Config(s3={"addressing_style": "path"})))
    except (BotoCoreError, ValueError) as error:
        raise StartupError(f"The AWS_* settings make no S3 client for {setting}: {error}.") from error
