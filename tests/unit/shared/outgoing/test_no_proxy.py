"""``NO_PROXY`` means the same, whichever library makes the call."""

import pytest

from invoice_shared.outgoing.outgoing import Outgoing

PROXY = "http://proxy.example:3128"


def is_direct(no_proxy: str, url: str) -> bool:
    return Outgoing(https_proxy=PROXY, http_proxy=PROXY, no_proxy=no_proxy).proxy(url) is None


@pytest.mark.parametrize(
    ("no_proxy", "url"),
    [
        pytest.param("*", "https://api.metronome.com", id="everything"),
        pytest.param("api.metronome.com", "https://api.metronome.com/v1/x", id="a host"),
        pytest.param("metronome.com", "https://api.metronome.com", id="a host under a domain"),
        pytest.param(".metronome.com", "https://api.metronome.com", id="a domain with a dot"),
        pytest.param(".metronome.com", "https://metronome.com", id="the domain itself, too"),
        pytest.param("*.metronome.com", "https://api.metronome.com", id="a domain with a star"),
        pytest.param(
            "API.Metronome.COM.", "https://api.metronome.com", id="case and a trailing dot"
        ),
        pytest.param(
            "api.metronome.com",
            "https://API.metronome.com.",
            id="case and a trailing dot of the address",
        ),
        pytest.param("a.example, b.example c.example", "https://c.example", id="commas and blanks"),
        pytest.param(",,a.example,", "https://a.example", id="empty entries"),
        pytest.param("a.example:8443", "https://a.example:8443", id="a host at one port"),
        pytest.param("a.example:443", "https://a.example", id="the port that a scheme implies"),
        pytest.param("10.0.0.0/8", "https://10.1.2.3", id="a network"),
        pytest.param("10.1.2.3/8", "http://10.9.9.9", id="a network, named by a host in it"),
        pytest.param("10.1.2.3", "http://10.1.2.3:8000", id="an address"),
        pytest.param("10.1.2.3:8000", "http://10.1.2.3:8000", id="an address at one port"),
        pytest.param("fd00::/8", "http://[fd00::1]:8000", id="an IPv6 network"),
        pytest.param("[fd00::1]:8000", "http://[fd00::1]:8000", id="an IPv6 address at one port"),
        pytest.param("fd00::1", "http://[fd00::1]:8000", id="an IPv6 address"),
    ],
)
def test_a_listed_host_is_reached_directly(no_proxy: str, url: str) -> None:
    assert is_direct(no_proxy, url)


@pytest.mark.parametrize(
    ("no_proxy", "url"),
    [
        pytest.param("", "https://api.metronome.com", id="nothing is listed"),
        pytest.param(
            "tronome.com", "https://metronome.com", id="the end of a name is not a domain"
        ),
        pytest.param("api.metronome.com", "https://metronome.com", id="the parent domain"),
        pytest.param("a.example:8443", "https://a.example", id="another port"),
        pytest.param("10.0.0.0/8", "https://11.1.2.3", id="another network"),
        pytest.param("10.0.0.0/8", "https://10.example", id="only the proxy looks up a name"),
        pytest.param("10.0.0.0/8", "https://[fd00::1]", id="a network of the other IP version"),
    ],
)
def test_every_other_host_is_reached_through_the_proxy(no_proxy: str, url: str) -> None:
    assert not is_direct(no_proxy, url)


@pytest.mark.parametrize(
    "host", ["localhost", "x.localhost", "127.0.0.1", "127.9.9.9", "[::1]", "LOCALHOST"]
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_this_machine_is_never_reached_through_a_proxy(scheme: str, host: str) -> None:
    assert is_direct("", f"{scheme}://{host}:8000/x")


def test_each_scheme_has_its_own_proxy() -> None:
    outgoing = Outgoing(https_proxy=PROXY)

    assert outgoing.proxies("https://a.example") == {"https": PROXY}
    assert outgoing.proxies("http://a.example") == {}
