from ipaddress import ip_network

import pytest

from invoice_webhook.client_address import client_address

TRUSTED = tuple(ip_network(each) for each in ("10.0.0.0/8", "::1/128", "fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        pytest.param("203.0.113.9", "", "203.0.113.9", id="no proxy"),
        pytest.param(
            "203.0.113.9", "198.51.100.1", "203.0.113.9", id="an invented header without a proxy"
        ),
        pytest.param("10.0.0.1", "198.51.100.1", "198.51.100.1", id="one proxy"),
        pytest.param("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1", id="two proxies"),
        pytest.param(
            "10.0.0.1",
            "192.0.2.7, 198.51.100.1",
            "198.51.100.1",
            id="the client's invention is ignored",
        ),
        pytest.param("10.0.0.1", "", "10.0.0.1", id="a proxy without a client address"),
        pytest.param("10.0.0.1", "unknown", "10.0.0.1", id="not an address"),
        pytest.param(
            "10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3", id="a client from the proxies' own network"
        ),
        pytest.param("10.0.0.1", "198.51.100.1:5678", "198.51.100.1", id="with a port"),
        pytest.param("::1", "[2001:db8::5]:443", "2001:db8::5", id="IPv6 with a port"),
        pytest.param("fd00::1", "2001:db8::5", "2001:db8::5", id="IPv6"),
        pytest.param(
            "::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1", id="IPv4 on a socket for both"
        ),
        pytest.param("", "198.51.100.1", "", id="the peer is gone"),
    ],
)
def test_the_client_is_the_last_address_that_is_not_a_trusted_proxy(
    peer: str, forwarded_for: str, client: str
) -> None:
    assert client_address(peer, forwarded_for, TRUSTED) == client


def test_no_proxy_is_trusted_by_default() -> None:
    assert client_address("10.0.0.1", "198.51.100.1", ()) == "10.0.0.1"
