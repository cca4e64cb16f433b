"""HTTP for the providers and the write-back: one connection per thread, one try per call.

All failures are our errors. The dispatcher decides about retries, never this module.
"""

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from invoice_providers.connecting import NotConnected, connected, proxy_login
from invoice_providers.exchange import NoAnswer, Wire
from invoice_shared.answer import Answer
from invoice_shared.errors import CredentialsRefused, Unavailable, Uncertain, Unreachable
from invoice_shared.outgoing.outgoing import DEFAULT_PORTS, Outgoing, Reach
from invoice_shared.own_secrets import OWN
from invoice_shared.text import fits_a_header, origin


class Bearer(AuthBase):
    """A token in the ``Authorization`` header.

    Raises ``CredentialsRefused`` for one that is invalid in a header, on which requests would fail
    with an unexpected exception.
    """

    def __init__(self, token: str) -> None:
        if not fits_a_header(token):
            raise CredentialsRefused(
                "The API key or token is empty, or contains a line break or another character that"
                " HTTP cannot send. Correct the setting, or the file that it is read from."
            )
        OWN.add_renewed(token)
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class TokenSource(Protocol):
    """The source of expiring access tokens. Thread-safe; shared by all workers."""

    def current(self) -> str:
        """Return a token to use now, renewed if needed.

        Raises ``Unavailable`` or ``CredentialsRefused``.
        """

    def refused(self, token: str) -> None:
        """Note that a token was answered with 401 and must not be returned again."""


class FreshBearer(AuthBase):
    """Takes the current token for each request, and reports it if it is refused."""

    def __init__(self, source: TokenSource) -> None:
        self._source = source

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request."""
        token = self._source.current()

        def heard(answer: Answer) -> None:
            if answer.status == 401:
                self._source.refused(token)

        request.register_hook("response", heard)  # type: ignore[no-untyped-call]  # untyped in the stubs
        return Bearer(token)(request)


class Anonymous(AuthBase):
    """No credentials in headers; the body contains them."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Return a request unchanged."""
        return request


def basic(user: str, password: str) -> AuthBase:
    """Return HTTP Basic credentials."""
    return HTTPBasicAuth(user.encode(), password.encode())


# Returns the signer of one thread's requests. Called again after ``renew_credentials``.
Authenticate = Callable[[], AuthBase]


# Sent with each request, besides the caller's headers.
HEADERS = {
    "User-Agent": "metronome-invoice-connector",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "keep-alive",
}
WELL_WRITTEN = re.compile(r"https?://[!-~]+")


class _Request(requests.PreparedRequest):
    """A request to sign.

    Its headers are a plain dict: requests' own preparation costs more than the call (measured).
    """

    headers: dict[str, str]  # type: ignore[assignment]
    url: str
    body: bytes | None

    def __init__(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
    ) -> None:
        super().__init__()
        self.method, self.url, self.body = method, url, body
        if not WELL_WRITTEN.fullmatch(url):
            self.prepare_url(url, None)
        self.headers = HEADERS | dict(headers)
        if body is not None:
            self.headers["Content-Length"] = str(len(body))

    def prepare_headers(self, headers: Mapping[str, str] | None) -> None:
        """Set the headers unchanged."""
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class _Way:
    """How requests to one scheme and host are sent.

    ``prefix`` precedes the path in requests that a proxy forwards.
    """

    address: SplitResult
    host: str
    prefix: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def written(self, request: _Request) -> bytes:
        """Return the bytes of a request."""
        path = request.url.split("/", 3)[3:]
        lines = [f"{request.method} {self.prefix}/{''.join(path)} HTTP/1.1", f"Host: {self.host}"]
        lines += [f"{name}: {value}" for name, value in (request.headers | self.headers).items()]
        head = "\r\n".join(lines)
        if head.count("\n") >= len(lines):
            raise ValueError("a header contains a line break")
        return head.encode("latin-1") + b"\r\n\r\n" + (request.body or b"")


@lru_cache(maxsize=16)
def _way(start: str, outgoing: Outgoing) -> _Way:
    """Return the way to a scheme and host, e.g. ``https://api.metronome.com``."""
    address = urlsplit(start)
    is_usual = address.port in (None, DEFAULT_PORTS[address.scheme])
    host = address.netloc.rpartition("@")[2]
    host = host.rpartition(":")[0] if is_usual and address.port else host
    proxy = outgoing.proxy(start)
    if proxy is None or address.scheme == "https":
        return _Way(address, host)
    return _Way(address, host, f"{address.scheme}://{host}", proxy_login(proxy))


@dataclass(slots=True)
class _Line:
    """One thread's connection to a system, and the signer of its requests."""

    auth: AuthBase
    way: _Way | None = None
    wire: Wire | None = None
    used_at: float = 0.0

    def is_usable(self, way: _Way, idle_seconds: float) -> bool:
        """Whether the connection leads there and is not known to be dead."""
        return (
            self.wire is not None
            and self.way is way
            and time.monotonic() - self.used_at <= idle_seconds
            and self.wire.is_usable()
        )

    def close(self) -> None:
        """Close the connection. The next call opens another."""
        if self.wire is not None:
            self.wire.close()
        self.wire = None


class Http:
    """Thread-safe.

    ``system`` is its name in messages; ``authenticate`` provides credentials on first use.
    """

    def __init__(self, system: str, authenticate: Authenticate, reach: Reach) -> None:
        self._system = system
        self._authenticate = authenticate
        self._reach = reach
        self._lines = threading.local()
        self._generation = 0

    def renew_credentials(self) -> None:
        """Read the credentials again before each thread's next call."""
        self._generation += 1

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a POST.

        Raises ``Unavailable`` if it was not sent, ``Uncertain`` if no answer could be read.
        """
        return self._change("POST", url, body, headers)

    def delete(self, url: str, headers: Mapping[str, str]) -> Answer:
        """Send a DELETE. Raises as ``post`` does."""
        return self._change("DELETE", url, None, headers)

    def _change(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        try:
            return self._send(method, url, body, headers)
        except NoAnswer as error:
            raise Uncertain(self._unanswered(error)) from error

    def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        """Send a GET. Raises ``Unavailable``."""
        try:
            return self._send("GET", url, None, headers)
        except NoAnswer as error:
            raise Unavailable(self._unanswered(error), refused=True) from error

    def _send(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        line = self._line()
        # Signed before the time starts, because renewing an expired token is a call with its own
        # time.
        request = _Request(method, url, body, headers)
        line.auth(request)
        try:
            answer = self._answer(line, request, time.monotonic() + self._reach.timeout_seconds)
        except NotConnected as error:
            where = origin(url)
            raise Unreachable(
                f"{self._system} cannot be reached at {where} ({error.why})."
            ) from error
        line.used_at = time.monotonic()
        for heard in request.hooks["response"]:
            heard(answer)
        return answer

    def _answer(self, line: _Line, request: _Request, ends_at: float) -> Answer:
        # A redirect is returned like any answer: a signed POST must not go elsewhere or become a
        # GET.
        way = _way("/".join(request.url.split("/", 3)[:3]), self._reach.outgoing)
        written = way.written(request)
        if line.wire is not None and line.is_usable(way, self._reach.idle_seconds):
            try:
                return line.wire.exchange(written, ends_at)
            except NoAnswer:
                if request.method != "GET" or time.monotonic() >= ends_at:
                    raise
        # No connection, or a dead one. Repeating a GET on a new one is harmless.
        line.close()
        sock = connected(way.address, self._reach.outgoing, ends_at - time.monotonic())
        line.way, line.wire = way, Wire(sock)
        return line.wire.exchange(written, ends_at)

    def _line(self) -> _Line:
        local = self._lines
        if getattr(local, "generation", None) != self._generation:
            generation = self._generation
            auth = self._authenticate()
            if (former := getattr(local, "line", None)) is not None:
                former.close()
            local.line = _Line(auth)
            local.generation = generation
        line: _Line = local.line
        return line

    def _unanswered(self, error: NoAnswer) -> str:
        return f"{self._system} gave no answer to a request ({error.why})."
