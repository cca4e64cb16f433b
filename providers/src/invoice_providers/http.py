"""HTTP as the providers and the write-back use it: one connection per thread, one try per call,
every failure of ours.

Repeating a call is the dispatcher's decision, never this module's.
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
# Not all that urllib3 and the standard library raise at an odd answer is translated by requests.
FAILURES = (requests.RequestException, HTTPError, ValueError)


class Bearer(AuthBase):
    """A token in the ``Authorization`` header.

    Raises ``CredentialsRefused`` for one that no header can carry, which the library would not
    survive.
    """

    def __init__(self, token: str) -> None:
        if not (token.isascii() and token.isprintable()):
            raise CredentialsRefused(
                "The API key or token holds a line break or another character that HTTP cannot"
                " carry. Correct the setting, or the file that it is read from."
            )
        OWN.add_renewed(token)
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class TokenSource(Protocol):
    """Where access tokens that expire come from. Thread-safe; shared by all workers."""

    def current(self) -> str:
        """Give a token to use now, renewed where needed.

        Raises ``Unavailable`` or ``CredentialsRefused``.
        """

    def refused(self, token: str) -> None:
        """Hear that a token was answered with 401: it must not be given again."""


class FreshBearer(AuthBase):
    """A token that is asked for anew with each request, and reported where the other side refuses
    it.
    """

    def __init__(self, source: TokenSource) -> None:
        self._source = source

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request."""
        token = self._source.current()

        def heard(answer: Answer) -> None:
            if answer.status == 401:
                self._source.refused(token)

        request.register_hook("response", heard)  # type: ignore[no-untyped-call]  # the stubs leave it untyped
        return Bearer(token)(request)


class Anonymous(AuthBase):
    """No credentials: the body carries them."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Leave a request as it is."""
        return request


def basic(user: str, password: str) -> AuthBase:
    """Give HTTP Basic credentials."""
    return HTTPBasicAuth(user.encode(), password.encode())


# Gives what signs the requests of one thread; asked again after ``renew_credentials``.
Authenticate = Callable[[], AuthBase]


# Beside what the caller says, on each request.
HEADERS = {
    "User-Agent": "metronome-invoice-connector",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "keep-alive",
}


@dataclass(slots=True)
class _Line:
    """One thread's way to a system: what signs its requests, and its connection."""

    auth: AuthBase
    adapter: CutAdapter
    used_at: float

    def signed(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
    ) -> requests.PreparedRequest:
        """Return a request as it is sent. A session's own preparing costs half a call."""
        request = requests.PreparedRequest()
        request.method, request.url, request.body = method, _prepared(url), body
        request.headers = CaseInsensitiveDict(HEADERS | dict(headers))
        if body is not None:
            request.headers["Content-Length"] = str(len(body))
        return self.auth(request)


@lru_cache(maxsize=256)
def _prepared(url: str) -> str:
    """Return a URL as requests writes it."""
    request = requests.PreparedRequest()
    request.prepare_url(url, None)
    return request.url or url


class Http:
    """Thread-safe.

    ``system`` is its name in sentences; ``authenticate`` is asked for credentials on first use.
    """

    def __init__(self, system: str, authenticate: Authenticate, reach: Reach) -> None:
        self._system = system
        self._authenticate = authenticate
        self._reach = reach
        self._lines = threading.local()
        self._generation = 0

    def renew_credentials(self) -> None:
        """Ask for the credentials anew before each thread's next call."""
        self._generation += 1

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a body.

        Raises ``Unavailable`` where it was not sent, ``Uncertain`` where no answer could be read.
        """
        return self._change("POST", url, body, headers)

    def delete(self, url: str, headers: Mapping[str, str]) -> Answer:
        """Have something deleted. Raises as ``post`` does."""
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
        """Ask for something. Raises ``Unavailable``."""
        try:
            return self._send("GET", url, None, headers)
        except FAILURES as error:
            raise self._no_connection(url, error) from error

    def _send(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        line = self._line()
        # Signed before the time begins: a token that ended is renewed by a call with a time of its
        # own.
        request = line.signed(method, url, body, headers)
        with REAPER.watching(self._reach.timeout_seconds) as call:
            try:
                answer = self._answer(line.adapter, request, call)
            except (
                OSError,
                ValueError,
                HTTPError,
            ) as error:  # what the libraries raise, and what a shut socket leads to
                if not call.is_cut or not may_have_arrived(error):
                    raise
                raise requests.ReadTimeout from error
        if call.is_cut:  # a body that ends where the connection ends looks complete
            self._lines.generation = None
            raise requests.ReadTimeout
        line.used_at = time.monotonic()
        for heard in request.hooks["response"]:
            heard(answer)
        return answer

    def _answer(self, adapter: CutAdapter, request: requests.PreparedRequest, call: Call) -> Answer:
        # A redirect is an answer like any other: a signed POST must not wander elsewhere, or become
        # a GET.
        send: Callable[[], Answer] = partial(
            adapter.send, request, timeout=self._reach.timeout_seconds
        )  # type: ignore[assignment]
        try:
            return send()
        except FAILURES:
            if request.method != "GET" or call.has_connected or call.is_cut:
                raise
        return (
            send()
        )  # the connection of an earlier call was dead; asking on a fresh one does no harm

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
            line.adapter.close()  # only its connections, which may be dead without a sign
        return line

    def _no_connection(self, url: str, error: Exception) -> Unavailable:
        kind = Unavailable if may_have_arrived(error) else Unreachable
        return kind(
            f"{self._system} cannot be reached at {origin(url)} ({_kind(error)}).", outage=True
        )


def may_have_arrived(error: Exception) -> bool:
    """Whether the other side may have got the request.

    In doubt it may: looking costs less than a double.
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
