"""Build the token store that a setting names."""

from pathlib import Path

from invoice_providers.oauth.file_store import FileTokenStore
from invoice_providers.oauth.s3_store import BOUNDS, S3TokenStore
from invoice_providers.oauth.tokens import TokenStore
from invoice_shared.outgoing.outgoing import Outgoing
from invoice_shared.s3 import build_s3_client


def build_store(place: str, setting: str, outgoing: Outgoing) -> TokenStore:
    """Return the store at a path or an ``s3://`` URL.

    Raises ``StartupError`` if S3 cannot be set up.
    """
    if place.startswith("s3://"):
        return S3TokenStore(build_s3_client(setting, BOUNDS, outgoing), place, setting)
    return FileTokenStore(Path(place), setting)
