"""A client of S3, built in one way for every process that has one. Needs the extra ``invoice-shared[s3]``."""

from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, NoCredentialsError, ParamValidationError, PartialCredentialsError

from invoice_shared.errors import StartupError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NOT_ASKED = (NoCredentialsError, PartialCredentialsError, ParamValidationError)
"""boto3 does not even call: credentials are not found, or the bucket's name is none."""


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
