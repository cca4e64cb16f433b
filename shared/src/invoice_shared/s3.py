"""Build the S3 client of every process that uses S3.

Needs the extra ``invoice-shared[s3]``.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
)

from invoice_shared.errors import StartupError
from invoice_shared.outgoing.outgoing import Outgoing
from invoice_shared.skew import clock_advice

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# boto3 does not call: there are no credentials, or the bucket's name is invalid.
NOT_ASKED = (NoCredentialsError, PartialCredentialsError, ParamValidationError)

# The answer to a HEAD has no body, so its code is the status alone.
REDIRECTED = frozenset({"301", "302", "307", "PermanentRedirect", "TemporaryRedirect"})
# S3 also answers these to requests that are wrong otherwise. It then names our own region, or none.
MISDIRECTED = frozenset(
    {"400", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"}
)

# S3's own code for a signature whose time is more than 15 minutes from its clock.
SKEWED = "RequestTimeTooSkewed"


def s3_clock_advice(error: ClientError) -> str:
    """Return a sentence if S3's answer says that our clock is wrong, else an empty text."""
    code = error.response.get("Error", {}).get("Code")
    unknown = "This machine's clock is wrong: correct it first." if code == SKEWED else ""
    return clock_advice(_headers(error.response).get("date"), datetime.now(UTC)) or unknown


def s3_region_advice(error: ClientError, ours: str) -> str:
    """Return how to reach a bucket in another region, or an empty text if it is in ``ours``."""
    details = error.response.get("Error", {})
    region = _headers(error.response).get("x-amz-bucket-region") or details.get("Region")
    is_redirected = details.get("Code") in REDIRECTED
    if region and (is_redirected or (details.get("Code") in MISDIRECTED and region != ours)):
        return (
            f"is in the region {region}. Set AWS_DEFAULT_REGION={region}; if AWS_ENDPOINT_URL_S3 is"
            " set, correct it"
        )
    return (
        "is in another region. Correct AWS_DEFAULT_REGION and AWS_ENDPOINT_URL_S3"
        if is_redirected
        else ""
    )


class _Session(botocore.session.Session):
    """A session whose clients, including the one for credentials, follow ``Outgoing``."""

    def __init__(self, outgoing: Outgoing) -> None:
        super().__init__()
        self._outgoing = outgoing
        if outgoing.ca_location is not None:
            self.set_config_variable("ca_bundle", outgoing.authorities())

    def create_client(self, *names: Any, **options: Any) -> Any:
        """Create a client, twice if it needs a proxy: its URL is only known once it exists."""
        config = options.pop("config", None) or Config()

        def created(proxies: dict[str, str]) -> Any:
            options["config"] = config.merge(Config(proxies=proxies))
            return super(_Session, self).create_client(*names, **options)

        client = created({})
        proxies = self._outgoing.proxies(client.meta.endpoint_url)
        return created(proxies) if proxies else client


def build_s3_client(setting: str, bounds: Config, outgoing: Outgoing) -> "S3Client":
    """Return a client from boto3's own credential chain (``AWS_*``).

    Outside of AWS, buckets are paths and not host names.

    ``setting`` names the setting that needs S3. Raises ``StartupError`` if boto3 cannot use the
    ``AWS_*`` settings.
    """
    try:
        session = boto3.Session(botocore_session=_Session(outgoing))
        client: S3Client = session.client("s3", config=bounds)
        if "amazonaws.com" not in client.meta.endpoint_url:
            client = session.client(
                "s3", config=bounds.merge(Config(s3={"addressing_style": "path"}))
            )
    except (BotoCoreError, ValueError) as error:
        raise StartupError(
            f"The AWS_* settings make no S3 client for {setting}: {error}."
        ) from error
    client.meta.events.register_first("needs-retry.s3", _end_redirect)
    return client


def _end_redirect(response: tuple[Any, Any] | None, operation: Any, **_event: Any) -> None:
    """Raise a redirected HEAD's answer if it names no region.

    botocore looks up a redirected bucket's region with a HEAD, which may be redirected again,
    without end.
    """
    if response is None or operation.name != "HeadBucket":
        return
    answer, parsed = response
    if 300 <= answer.status_code < 400 and "x-amz-bucket-region" not in _headers(parsed):
        raise ClientError(parsed, operation.name)


def _headers(answer: Any) -> dict[str, str]:
    headers: dict[str, str] = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return headers
