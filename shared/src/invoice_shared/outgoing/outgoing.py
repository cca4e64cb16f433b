"""One meaning of ``CA_LOCATION``, ``HTTPS_PROXY``, ``HTTP_PROXY`` and ``NO_PROXY`` for all
libraries.

The environment is read once, by the settings. No library reads it by itself.
"""

import atexit
import ssl
import tempfile
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from urllib.parse import urlsplit

import certifi

from invoice_shared.outgoing.no_proxy import Exemption, exemptions, is_loopback

# Address translation forgets an idle connection after 240 s (Azure), 350 s (AWS) or less, and tells
# neither end.
MAX_IDLE_SECONDS = 30.0
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Outgoing:
    """How calls leave this process.

    Without arguments: directly, trusting the public authorities.
    """

    ca_location: str | None = None
    https_proxy: str | None = field(default=None, repr=False)
    http_proxy: str | None = field(default=None, repr=False)
    no_proxy: str = ""

    def proxy(self, url: str) -> str | None:
        """Return the address of the proxy that leads to a URL; ``None`` if it is reached directly."""
        parts = urlsplit(url)
        proxy = self.https_proxy if parts.scheme == "https" else self.http_proxy
        if proxy is None:
            return None
        host = (parts.hostname or "").rstrip(".")
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
        is_direct = is_loopback(host) or any(each.covers(host, port) for each in self._exemptions)
        return None if is_direct else proxy

    def proxies(self, url: str) -> dict[str, str]:
        """Return the same as requests and boto3 take it: by the scheme of the URL."""
        proxy = self.proxy(url)
        return {} if proxy is None else {urlsplit(url).scheme: proxy}

    @cached_property
    def _exemptions(self) -> tuple[Exemption, ...]:
        return exemptions(self.no_proxy)

    def authorities(self) -> str:
        """Return the path of a file with every authority that is trusted: the public ones and
        ``CA_LOCATION``'s.
        """
        return certifi.where() if self.ca_location is None else _joined(self.ca_location)

    @cached_property
    def ssl_context(self) -> ssl.SSLContext:
        """What checks another system's certificate.

        Reading it takes some 20 ms, so it is read once.
        """
        context = ssl.create_default_context(cafile=self.authorities())
        # Set from Python 3.13 on: companies' own authorities seldom are all that RFC 5280 asks for.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        return context


@dataclass(frozen=True)
class Reach:
    """How other systems are called.

    ``timeout_seconds`` bounds each call as a whole, from connecting to the last byte of the answer.
    A connection that was idle for ``idle_seconds`` is not used again.
    """

    timeout_seconds: float
    outgoing: Outgoing = Outgoing()
    idle_seconds: float = MAX_IDLE_SECONDS


@cache
def _joined(ca_location: str) -> str:
    # boto3 takes nothing but a path. The name cannot be guessed, so nobody else can put an
    # authority there.
    file = tempfile.NamedTemporaryFile(prefix="authorities-", suffix=".pem")  # noqa: SIM115 - until the process ends
    atexit.register(file.close)
    for each in (certifi.where(), ca_location):
        file.write(Path(each).read_bytes() + b"\n")
    file.flush()
    return file.name
