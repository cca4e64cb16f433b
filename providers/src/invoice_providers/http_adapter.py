"""Connections that report their sockets to the reaper, so that any call can be cut."""

import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import allowed_gai_family
from urllib3.util.retry import Retry

from invoice_providers.deadline import REAPER
from invoice_shared.answer import Answer
from invoice_shared.outgoing.adapter import OutgoingAdapter
from invoice_shared.outgoing.outgoing import Outgoing

# For all addresses of a name together. A system that accepts no connection for this long is down,
# and an operator waits for the answer. With three addresses, each still has time for one
# retransmission.
MAX_CONNECT_SECONDS = 4.0


class NotEncrypted(NewConnectionError):
    """The proxy refused, or the TLS handshake failed, so nothing was sent."""

    def __init__(self, connection: HTTPConnection, why: str) -> None:
        super().__init__(connection, why)
        self.why = why


class CutAdapter(OutgoingAdapter):
    """One connection, without retries, whose sockets the reaper watches.

    Used without a session, whose cookies, hooks and redirects cost more than the call (measured).
    Returns an ``Answer``, and raises what requests and urllib3 raise.
    """

    def __init__(self, outgoing: Outgoing) -> None:
        super().__init__(
            outgoing, pool_connections=1, pool_maxsize=1, max_retries=Retry(0, read=False)
        )
        self._last: tuple[object, Any] | None = None

    def get_connection_with_tls_context(
        self, request: PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        """Return the last call's pool for the same system; requests would read files each time."""
        way = (*urlsplit(str(request.url))[:2], verify, *(proxies or {}).values())
        if self._last is None or self._last[0] != way:
            pool = super().get_connection_with_tls_context(
                request, verify, proxies=proxies, cert=cert
            )
            self._last = (way, pool)
        return self._last[1]

    def build_response(self, _request: PreparedRequest, raw: Any) -> Any:
        """Return the complete answer."""
        return Answer(raw.status, raw.headers, raw.read(decode_content=True))

    def close(self) -> None:
        """Close the connection. The next call opens another."""
        self._last = None
        super().close()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Use our own connection classes."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Use our own connection classes for proxies, too."""
        manager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = POOLS
        return manager


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self, super()._new_conn)

    def request(self, *args: Any, **options: Any) -> None:
        _is_used_again(self)
        super().request(*args, **options)


class _Encrypted(HTTPSConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except OSError as error:
            raise NotEncrypted(self, str(error)) from error

    def _new_conn(self) -> socket.socket:
        return _connected(self, super()._new_conn)

    def request(self, *args: Any, **options: Any) -> None:
        _is_used_again(self)
        super().request(*args, **options)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _EncryptedPool(HTTPSConnectionPool):
    ConnectionCls = _Encrypted


POOLS = {"http": _PlainPool, "https": _EncryptedPool}


def _is_used_again(connection: HTTPConnection) -> None:
    call = REAPER.call_of_this_thread()
    if call is not None and connection.sock is not None:
        call.uses(connection.sock)


def _connected(connection: HTTPConnection, connect: Callable[[], socket.socket]) -> socket.socket:
    """Connect to the first address that answers, within ``MAX_CONNECT_SECONDS``.

    urllib3 alone would allow the whole time per address. Here each address gets an equal share of
    what is left, so that one that does not answer leaves time for the next.
    """
    call = REAPER.call_of_this_thread()
    if call is None:
        return connect()
    call.has_connected = True
    name, timeout = connection.host, connection.timeout
    failure: ConnectTimeoutError | NewConnectionError = ConnectTimeoutError(
        connection, "out of time"
    )
    try:
        addresses = _addresses(connection)
        ends_at = time.monotonic() + min(call.seconds_left(), MAX_CONNECT_SECONDS)
        for tried, address in enumerate(addresses):
            left = max(0.0, ends_at - time.monotonic())
            connection.host, connection.timeout = address, left / (len(addresses) - tried)
            if not connection.timeout:
                break
            try:
                sock = connect()
            except (ConnectTimeoutError, NewConnectionError) as error:
                failure = error
            else:
                call.uses(sock)
                return sock
    finally:
        connection.host, connection.timeout = name, timeout
    raise failure


def _addresses(connection: HTTPConnection) -> list[str]:
    try:
        found = socket.getaddrinfo(
            connection.host, connection.port, allowed_gai_family(), socket.SOCK_STREAM
        )
    except socket.gaierror as error:
        raise NameResolutionError(connection.host, connection, error) from error
    except UnicodeError as error:  # a label of the name is empty or too long
        unknown = socket.gaierror(socket.EAI_NONAME, str(error))
        raise NameResolutionError(connection.host, connection, unknown) from error
    return [str(address[0]) for *_, address in found]
