"""Apply ``CA_LOCATION``, ``HTTP(S)_PROXY`` and ``NO_PROXY`` to all libraries alike.

Only the settings read the environment, once; no library does.
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

# NAT drops an idle connection after 240 s (Azure), 350 s (AWS) or less, and notifies neither end.
MAX_IDLE_SECONDS = 30.0
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Outgoing:
    """How calls leave this process.

    Without arguments: directly, with the public authorities.
    """

    ca_location: str | None = None
    https_proxy: str | None = field(default=None, repr=False)
    http_proxy: str | None = field(default=None, repr=False)
    no_proxy: str = ""

    def proxy(self, url: str) -> str | None:
        """Return the address of the proxy for a URL; ``None`` if it is reached directly."""
        parts = urlsplit(url)
        proxy = self.https_proxy if parts.scheme == "https" else self.http_proxy
        if proxy is None:
            return None
        host = (parts.hostname or "").rstrip(".")
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
        is_direct = is_loopback(host) or any(each.covers(host, port) for each in self._exemptions)
        return None if is_direct else proxy

    def proxies(self, url: str) -> dict[str, str]:
        """Return the proxy for a URL by scheme, as requests and boto3 expect it."""
        proxy = self.proxy(url)
        return {} if proxy is None else {urlsplit(url).scheme: proxy}

    @cached_property
    def _exemptions(self) -> tuple[Exemption, ...]:
        return exemptions(self.no_proxy)

    def authorities(self) -> str:
        """Return the path of a file with the public authorities and those of ``CA_LOCATION``."""
        return certifi.where() if self.ca_location is None else _joined(self.ca_location)

    @cached_property
    def ssl_context(self) -> ssl.SSLContext:
        """The context that checks other systems' certificates.

        Building it takes about 20 ms, so it is built once.
        """
        context = ssl.create_default_context(cafile=self.authorities())
        # Set by default since Python 3.13, but companies' own authorities rarely satisfy RFC 5280.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        return context


@dataclass(frozen=True)
class Reach:
    """How other systems are called.

    ``timeout_seconds`` bounds each call as a whole, from connecting to the last byte of the answer.
    A connection that was idle for ``idle_seconds`` is not reused.
    """

    timeout_seconds: float
    outgoing: Outgoing = Outgoing()
    idle_seconds: float = MAX_IDLE_SECONDS


@cache
def _joined(ca_location: str) -> str:
    # boto3 only takes a path. The name cannot be guessed, so nobody else can add an authority.
    file = tempfile.NamedTemporaryFile(prefix="authorities-", suffix=".pem")  # noqa: SIM115 - open until the process ends
    atexit.register(file.close)
    for each in (certifi.where(), ca_location):
        file.write(Path(each).read_bytes() + b"\n")
    file.flush()
    return file.name
