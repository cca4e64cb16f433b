"""The token store in an S3 object.

S3 has no lock. Each write is conditional on what was read, so only one of two replicas can write
its claim.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from invoice_providers.oauth.tokens import StoreChanged, Stored, Tokens, parse_tokens
from invoice_shared import serde
from invoice_shared.errors import CallFailed, CredentialsRefused, Unavailable
from invoice_shared.s3 import NOT_ASKED, s3_region_advice

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ABSENT = frozenset({"NoSuchKey", "404"})
CHANGED = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})
REFUSED = frozenset(
    {"AccessDenied", "403", "NoSuchBucket", "InvalidAccessKeyId", "SignatureDoesNotMatch"}
)
UNCONDITIONAL = frozenset({"NotImplemented", "501"})
# If a put that arrived is retried, it counts as another process's write and is read back.
BOUNDS = Config(connect_timeout=5, read_timeout=10, retries={"max_attempts": 3, "mode": "standard"})


class S3TokenStore:
    """See ``TokenStore``. ``url`` is ``s3://bucket/key``; ``setting`` names its setting."""

    has_lock = False

    def __init__(self, client: "S3Client", url: str, setting: str) -> None:
        parts = urlsplit(url)
        self._client = client
        self._url = url
        self._setting = setting
        self._bucket = parts.netloc
        self._key = parts.path.lstrip("/")

    def exclusive(self) -> AbstractContextManager[None]:
        """Do nothing, because ``write`` notices other processes."""
        return nullcontext()

    def read(self) -> Stored | None:
        """See ``TokenStore``."""
        try:
            with self._translated():
                answer = self._client.get_object(Bucket=self._bucket, Key=self._key)
                return Stored(
                    parse_tokens(answer["Body"].read(), self._url, self._setting), answer["ETag"]
                )
        except FileNotFoundError:
            return None

    def write(self, tokens: Tokens, replacing: Stored | None) -> Stored:
        """See ``TokenStore``. S3 is durable once it has answered."""
        raw = serde.to_bytes(tokens)
        try:
            with self._translated():
                answer = (
                    self._client.put_object(
                        Bucket=self._bucket, Key=self._key, Body=raw, IfNoneMatch="*"
                    )
                    if replacing is None
                    else self._client.put_object(
                        Bucket=self._bucket, Key=self._key, Body=raw, IfMatch=replacing.version
                    )
                )
        except FileNotFoundError as error:  # the object to replace is gone
            raise StoreChanged from error
        return Stored(tokens, answer["ETag"])

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            if region := s3_region_advice(error, self._client.meta.region_name):
                raise CredentialsRefused(
                    f"The bucket of the token store {self._url} {region}."
                ) from error
            raise self._failed(error.response.get("Error", {}).get("Code", "unknown")) from error
        except NOT_ASKED as error:
            raise CredentialsRefused(
                f"The token store {self._url} cannot be asked: {error}."
            ) from error
        except BotoCoreError as error:
            raise Unavailable(
                f"The token store {self._url} cannot be reached ({type(error).__name__}).",
                outage=True,
            ) from error

    def _failed(self, code: str) -> CallFailed | StoreChanged | FileNotFoundError:
        if code in ABSENT:
            return FileNotFoundError(self._url)
        if code in CHANGED:
            return StoreChanged()
        if code in REFUSED:
            return CredentialsRefused(
                f"The token store {self._url} refuses us ({code}). Check {self._setting}; the role"
                " needs s3:GetObject, s3:PutObject and, to read an object that does not exist yet,"
                " s3:ListBucket."
            )
        if code in UNCONDITIONAL:
            return CredentialsRefused(
                f"The token store {self._url} does not support conditional writes ({code}), so two"
                f" processes could spend the same refresh token. Set {self._setting} to a store"
                " that supports them."
            )
        return Unavailable(f"The token store {self._url} answered {code}.", outage=True)
