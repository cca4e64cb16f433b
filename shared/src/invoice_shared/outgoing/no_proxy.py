"""Parse ``NO_PROXY`` once for all libraries, because each of them reads it differently.

Pure.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

ANY_HOST = "*"
PORT = re.compile(r"(?P<host>\[[^\]]+\]|[^:]+):(?P<port>\d{1,5})")
NAME = re.compile(r"(\*?\.)?([\w-]+\.)*[\w-]+\.?")


@dataclass(frozen=True, slots=True)
class Exemption:
    """One entry: a network, or a name and all names under it; for one port if it names one."""

    name: str
    network: IPv4Network | IPv6Network | None
    port: int | None

    def covers(self, host: str, port: int | None) -> bool:
        """Whether a host, in lower case and without a final dot, is reached without a proxy."""
        if self.port is not None and self.port != port:
            return False
        if self.network is not None:
            address = _address(host)
            return address is not None and address in self.network
        return self.name in (ANY_HOST, host) or host.endswith(f".{self.name}")


def exemptions(text: str) -> tuple[Exemption, ...]:
    """Return the entries of ``NO_PROXY``, separated by commas or blanks.

    Raises ``ValueError``.
    """
    return tuple(_entries(text))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, which a proxy cannot reach for us."""
    address = _address(host)
    return (
        address.is_loopback
        if address is not None
        else host == "localhost" or host.endswith(".localhost")
    )


def _entries(text: str) -> Iterator[Exemption]:
    for entry in re.split(r"[,\s]+", text.strip(", \t")):
        if entry:
            yield _exemption(entry.lower())


def _exemption(entry: str) -> Exemption:
    found = PORT.fullmatch(entry)
    host, port = (found["host"], int(found["port"])) if found else (entry, None)
    try:
        return Exemption(host, ip_network(host.strip("[]"), strict=False), port)
    except ValueError as error:
        if host != ANY_HOST and not NAME.fullmatch(host):
            raise ValueError(
                "takes hosts, domains and networks, e.g. localhost,.svc,10.0.0.0/8"
            ) from error
    return Exemption(
        host.removeprefix("*.").strip(".") if host != ANY_HOST else ANY_HOST, None, port
    )


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
