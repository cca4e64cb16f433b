"""Requests that no browser sends, and that must not break the page."""

import asyncio

import pytest

from tests.unit.operations.world import FakeInstallation
from tests.unit.web.world import Visitor, page_of

FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


async def answered(visitor: Visitor, request: bytes) -> bytes:
    """Send bytes, and return the first line of the answer; empty if there is none."""
    reader, writer = await asyncio.open_connection(visitor.client.host, visitor.client.port)
    writer.write(request)
    await writer.drain()
    writer.write_eof()
    try:
        async with asyncio.timeout(20):
            return await reader.readline()
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET /failures/%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /?%zz=%&&==%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        (
            b"GET /login HTTP/1.1\r\nHost: \xff\xfe\r\nAccept: \xff\r\nCookie:"
            b' invoices_session=\xff.\xff; =;;"\r\n\r\n'
        ),
        (
            b"POST /login HTTP/1.1\r\nHost: x\r\nX-CSRF-Token: \xff\r\nOrigin:"
            b" http://\xff\r\nContent-Length: 0\r\n\r\n"
        ),
        b"POST /login HTTP/1.1\r\nHost: x\r\n"
        + FORM
        + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
        b"POST /login HTTP/1.1\r\nHost: x\r\n" + FORM + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /login HTTP/1.1\r\nHost: x\r\n" + FORM + b"Content-Length: 100\r\n\r\nname=x",
        (
            b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: a/b; charset=\xff\r\nContent-Length:"
            b" 1\r\n\r\nx"
        ),
        b"PUT /login HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01",
    ],
)
async def test_no_request_is_answered_with_a_server_error(request_bytes: bytes) -> None:
    async with page_of(FakeInstallation([])) as visitor:
        line = await answered(visitor, request_bytes)

        assert b" 500 " not in line
        assert (await visitor.get("/login")).status == 200
