"""The error-sink's settings from the environment.

Credentials and endpoint of S3 are boto3's own ``AWS_*`` chain.
"""

from pydantic import Field

from invoice_shared.setting_types import Positive
from invoice_shared.settings import BaseServiceSettings


class ErrorSinkSettings(BaseServiceSettings):
    """Settings of the bucket, the layout and the batches."""

    log_errors_bucket_name_s3: str = "metronome-invoices-errors"
    s3_prefix: str = "errors/"
    error_sink_max_records: int = Field(default=500, gt=0)
    error_sink_max_seconds: Positive = 10
