"""An HTTP server in front of the S3 server that answers some requests itself, to play a faulty
store.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Self

from tests.support.ports import LOOPBACK

CONDITIONS = {"if-match", "if-none-match"}
HOPS = {"connection", "transfer-encoding", "content-length", "keep-alive"}

# Returns the S3 error code with which to refuse a request (method, headers, body); ``None`` to pass
# it on.
Judge = Callable[[str, Mapping[str, str], bytes], str | None]


@dataclass
class Front:
    """Passes requests on to ``target``.

    ``refuses`` may be changed at any time. With ``is_careless`` the conditions of a request are
    left out.
    """

    target: int
    refuses: Judge = lambda _method, _headers, _body: None
    is_careless: bool = False
    puts: int = 0
    _server: ThreadingHTTPServer = field(init=False)

    def __enter__(self) -> Self:
        front = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                front.answer(self)

            do_PUT = do_GET  # noqa: N815 - the server's own name

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
                """Print nothing."""

        self._server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://{LOOPBACK}:{self._server.server_port}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Refuse a request, or pass it on."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = request.rfile.read(int(headers.get("content-length", 0)))
        code = self.refuses(request.command, headers, body)
        if code is not None:
            text = f"<Error><Code>{code}</Code><Message>refused</Message></Error>".encode()
            status = {"AccessDenied": 403, "NotImplemented": 501}.get(code, 500)
            _send(request, status, {"content-type": "application/xml"}, text)
            return
        self.puts += request.command == "PUT"
        left_out = CONDITIONS if self.is_careless else set()
        connection = HTTPConnection(LOOPBACK, self.target, timeout=10)
        connection.request(
            request.command,
            request.path,
            body,
            {n: v for n, v in headers.items() if n not in left_out},
        )
        answer = connection.getresponse()
        _send(request, answer.status, dict(answer.getheaders()), answer.read())
        connection.close()


def _send(
    request: BaseHTTPRequestHandler, status: int, headers: Mapping[str, str], body: bytes
) -> None:
    request.send_response(status)
    for name, value in headers.items():
        if name.lower() not in HOPS:
            request.send_header(name, value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)
