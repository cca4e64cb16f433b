"""Which client a request came from, when proxies pass it on. Pure."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from invoice_shared.setting_types import Network

Address = IPv4Address | IPv6Address


def client_address(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """Return the last address that no trusted proxy has, read from the right of
    ``X-Forwarded-For``.

    Each proxy appends the address that it sees, so whatever is further left may be invented.
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
    # A socket that serves both families shows IPv4 clients as ``::ffff:10.0.0.1``.
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def _without_port(named: str) -> str:
    """Some proxies append ``1.2.3.4:5678`` or ``[2001:db8::1]:5678``."""
    if named.startswith("["):
        return named[1:].partition("]")[0]
    return named.partition(":")[0] if named.count(":") == 1 else named
