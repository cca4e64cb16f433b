"""HTTP for the providers and the write-back: one connection per thread, one try per call.

All failures are our errors. The dispatcher decides about retries, never this module.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Protocol

import requests
from requests.auth import AuthBase, HTTPBasicAuth
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError, ProxyError

from invoice_providers.deadline import REAPER, Call
from invoice_providers.http_adapter import CutAdapter, NotEncrypted
from invoice_shared.answer import Answer
from invoice_shared.errors import CredentialsRefused, Unavailable, Uncertain, Unreachable
from invoice_shared.outgoing.outgoing import Reach
from invoice_shared.own_secrets import OWN
from invoice_shared.text import origin

NEVER_SENT = (requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError)
# requests does not translate everything that urllib3 and the standard library raise.
FAILURES = (requests.RequestException, HTTPError, ValueError)


class Bearer(AuthBase):
    """A token in the ``Authorization`` header.

    Raises ``CredentialsRefused`` for one that is invalid in a header, on which requests would fail
    with an unexpected exception.
    """

    def __init__(self, token: str) -> None:
        if not (token.isascii() and token.isprintable()):
            raise CredentialsRefused(
                "The API key or token contains a line break or another character that HTTP cannot"
                " send. Correct the setting, or the file that it is read from."
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


@dataclass(slots=True)
class _Line:
    """One thread's connection to a system, and the signer of its requests."""

    auth: AuthBase
    adapter: CutAdapter
    used_at: float

    def signed(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
    ) -> requests.PreparedRequest:
        """Return a signed request. Measured: a session's own preparation costs half a call."""
        request = requests.PreparedRequest()
        request.method, request.url, request.body = method, _prepared(url), body
        request.headers = CaseInsensitiveDict(HEADERS | dict(headers))
        if body is not None:
            request.headers["Content-Length"] = str(len(body))
        return self.auth(request)


@lru_cache(maxsize=256)
def _prepared(url: str) -> str:
    """Return a URL as requests encodes it."""
    request = requests.PreparedRequest()
    request.prepare_url(url, None)
    return request.url or url


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
        except FAILURES as error:
            if may_have_arrived(error):
                raise Uncertain(
                    f"{self._system} gave no answer to a request ({_kind(error)})."
                ) from error
            raise self._no_connection(url, error) from error

    def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        """Send a GET. Raises ``Unavailable``."""
        try:
            return self._send("GET", url, None, headers)
        except FAILURES as error:
            raise self._no_connection(url, error) from error

    def _send(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        line = self._line()
        # Signed before the time starts, because renewing an expired token is a call with its own
        # time.
        request = line.signed(method, url, body, headers)
        with REAPER.watching(self._reach.timeout_seconds) as call:
            try:
                answer = self._answer(line.adapter, request, call)
            # What the libraries raise, also after the socket was shut down.
            except (OSError, ValueError, HTTPError) as error:
                if not call.is_cut or not may_have_arrived(error):
                    raise
                raise requests.ReadTimeout from error
        if call.is_cut:  # a cut body may look complete
            self._lines.generation = None
            raise requests.ReadTimeout
        line.used_at = time.monotonic()
        for heard in request.hooks["response"]:
            heard(answer)
        return answer

    def _answer(self, adapter: CutAdapter, request: requests.PreparedRequest, call: Call) -> Answer:
        # A redirect is returned like any answer: a signed POST must not go elsewhere or become a
        # GET.
        send: Callable[[], Answer] = partial(
            adapter.send, request, timeout=self._reach.timeout_seconds
        )  # type: ignore[assignment]
        try:
            return send()
        except FAILURES:
            if request.method != "GET" or call.has_connected or call.is_cut:
                raise
        # The reused connection was dead. Repeating a GET on a new one is harmless.
        return send()

    def _line(self) -> _Line:
        local = self._lines
        if getattr(local, "generation", None) != self._generation:
            generation = self._generation
            local.line = _Line(
                self._authenticate(), CutAdapter(self._reach.outgoing), time.monotonic()
            )
            local.generation = generation
        line: _Line = local.line
        if time.monotonic() - line.used_at > self._reach.idle_seconds:
            line.adapter.close()  # only its connections, which may be silently dead
        return line

    def _no_connection(self, url: str, error: Exception) -> Unavailable:
        kind = Unavailable if may_have_arrived(error) else Unreachable
        return kind(
            f"{self._system} cannot be reached at {origin(url)} ({_kind(error)}).", outage=True
        )


def may_have_arrived(error: Exception) -> bool:
    """Whether the other system may have received the request.

    In doubt it may have: a look costs less than a duplicate.
    """
    cause = error.args[0] if error.args else None
    refused = isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
    return not (refused or isinstance(error, NEVER_SENT))


def _kind(error: Exception) -> str:
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else None
    reason = reason.original_error if isinstance(reason, ProxyError) else reason
    if isinstance(reason, NotEncrypted):
        return reason.why
    return type(reason or error).__name__
