"""The two signed calls that a document takes at NetSuite, and nothing else: what no creator can
beat.
"""

from collections.abc import Callable, Mapping
from http.client import HTTPConnection
from urllib.parse import urlsplit

from invoice_providers.netsuite.client import ASKING, RECORDS, SENDING
from invoice_providers.netsuite.tba import Credentials, signature


class BareCalls:
    """One thread's connection. ``done`` is called after each answer."""

    def __init__(self, settings: Mapping[str, str], done: Callable[[], object]) -> None:
        self._base = settings["NS_BASE_URL"]
        self._signer = signature(_credentials(settings)).client
        self._done = done
        address = urlsplit(self._base)
        self._line = HTTPConnection(address.hostname or "", address.port)

    def document(self, body: bytes) -> None:
        """Create a document, and read it back."""
        location = self._called("POST", f"{RECORDS}/invoice", SENDING, body)
        self._called("GET", urlsplit(location).path, ASKING)

    def close(self) -> None:
        """Let the connection go."""
        self._line.close()

    def _called(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> str:
        _url, signed, _body = self._signer.sign(self._base + path, method, None, headers)
        self._line.request(method, path, body, signed)
        answer = self._line.getresponse()
        answer.read()
        assert answer.status < 300, answer.status
        self._done()
        return answer.headers["Location"] or ""


def _credentials(settings: Mapping[str, str]) -> Credentials:
    names = ("ACCOUNT_ID", "CONSUMER_KEY", "CONSUMER_SECRET", "TOKEN_ID", "TOKEN_SECRET")
    return Credentials(*(settings[f"NS_{name}"] for name in names))
