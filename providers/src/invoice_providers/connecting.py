"""Connect to another system: directly or through a proxy, with TLS or without.

If this fails, nothing was sent.
"""

import socket
import time
from collections.abc import Callable
from http.client import HTTPException
from typing import cast
from urllib.parse import SplitResult, unquote

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
)
from urllib3.util import make_headers, parse_url
from urllib3.util.connection import allowed_gai_family

from invoice_providers.deadline import REAPER, Call
from invoice_shared.outgoing.outgoing import Outgoing

# For all addresses of a name together. A system that accepts no connection for this long is down,
# and an operator waits for the answer. With three addresses, each still has time for one
# retransmission.
MAX_CONNECT_SECONDS = 4.0


class NotConnected(Exception):
    """There is no connection; ``why`` is for an operator."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def connected(address: SplitResult, outgoing: Outgoing, seconds: float) -> socket.socket:
    """Return a socket that leads to an address. Raises ``NotConnected``."""
    connection = _connection(address, outgoing)
    with REAPER.watching(seconds) as call:
        connection.call = call
        try:
            connection.connect()
        except (OSError, HTTPException) as error:  # from TLS or from the proxy
            connection.close()
            raise NotConnected(str(error)) from error
        except HTTPError as error:
            raise NotConnected(type(error).__name__) from error
    sock = cast("socket.socket", connection.sock)
    if call.is_cut:
        sock.close()
        raise NotConnected("TimeoutError")
    return sock


def proxy_login(proxy: str) -> dict[str, str]:
    """Return the header with the proxy's password; none if it needs no password."""
    login = parse_url(proxy).auth
    return {} if login is None else make_headers(proxy_basic_auth=unquote(login))


def _connection(address: SplitResult, outgoing: Outgoing) -> "_Plain | _Encrypted":
    host, port = address.hostname or "", address.port
    proxy = outgoing.proxy(address.geturl())
    way = parse_url(proxy) if proxy is not None else None
    at = (host, port) if way is None else (way.host or "", way.port)
    if address.scheme != "https":
        return _Plain(*at)
    connection = _Encrypted(*at, ssl_context=outgoing.ssl_context)
    if proxy is not None:
        connection.set_tunnel(host, port or HTTPSConnection.default_port, proxy_login(proxy))
    return connection


class _Plain(HTTPConnection):
    call: Call

    def _new_conn(self) -> socket.socket:
        return _within_time(self, super()._new_conn)


class _Encrypted(HTTPSConnection):
    call: Call

    def _new_conn(self) -> socket.socket:
        return _within_time(self, super()._new_conn)


def _within_time(
    connection: _Plain | _Encrypted, connect: Callable[[], socket.socket]
) -> socket.socket:
    """Connect to the first address that answers, within ``MAX_CONNECT_SECONDS``.

    urllib3 alone would allow the whole time per address. Here each address gets an equal share of
    what is left, so that one that does not answer leaves time for the next.
    """
    name, timeout = connection.host, connection.timeout
    failure: ConnectTimeoutError | NewConnectionError = ConnectTimeoutError(
        connection, "out of time"
    )
    try:
        addresses = _addresses(connection)
        ends_at = time.monotonic() + min(connection.call.seconds_left(), MAX_CONNECT_SECONDS)
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
                connection.call.uses(sock)
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
