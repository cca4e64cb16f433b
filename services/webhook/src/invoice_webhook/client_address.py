"""Find the client of a request that proxies forwarded. Pure."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from invoice_shared.setting_types import Network

Address = IPv4Address | IPv6Address


def client_address(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """Return the last address in ``X-Forwarded-For`` that is not a trusted proxy.

    Each proxy appends the address that it sees, so addresses further left can be forged.
    """
    found = _parse(peer)
    for named in reversed(forwarded_for.split(",")):
        if found is None or not any(found in network for network in trusted):
            break
        if (nearer := _parse(_without_port(named.strip()))) is None:
            break
        found = nearer
    return peer if found is None else str(found)


def _parse(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    # A socket for both families shows IPv4 clients as ``::ffff:10.0.0.1``.
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def _without_port(named: str) -> str:
    """Return an address without its port: some proxies append ``1.2.3.4:5678``."""
    if named.startswith("["):
        return named[1:].partition("]")[0]
    return named.partition(":")[0] if named.count(":") == 1 else named
