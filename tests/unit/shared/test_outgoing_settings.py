"""``CA_LOCATION`` and the proxies, as people and clusters write them."""

import ssl
from pathlib import Path

import pytest
import trustme

from invoice_shared.own_secrets import OWN
from invoice_shared.settings import BaseServiceSettings, InvalidSettings, MetronomeApiSettings, read

PROXY = "http://proxy.example:3128"


class ExampleSettings(BaseServiceSettings, MetronomeApiSettings):
    """A service that makes calls."""


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRONOME_API_KEY", "key-1")
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "CA_LOCATION"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_without_a_setting_everything_is_reached_directly() -> None:
    assert read(ExampleSettings).reach.outgoing.proxy("https://api.metronome.com") is None


@pytest.mark.parametrize("written", [PROXY, f"{PROXY}/", "proxy.example:3128", f" {PROXY}\n"])
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy"])
def test_a_proxy_may_be_written_in_lower_case_and_without_a_scheme(
    monkeypatch: pytest.MonkeyPatch, name: str, written: str
) -> None:
    monkeypatch.setenv(name, written)

    proxy = read(ExampleSettings).outgoing.proxy("https://api.metronome.com")

    assert proxy is not None
    assert proxy.rstrip("/") == PROXY


def test_the_upper_case_name_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "no_proxy": "b",
        "NO_PROXY": "a",
        "HTTPS_PROXY": PROXY,
        "https_proxy": "http://b",
    }.items():
        monkeypatch.setenv(name, value)

    settings = read(ExampleSettings)

    assert (settings.no_proxy, settings.https_proxy) == ("a", PROXY)


def test_an_empty_upper_case_name_switches_off_an_injected_lower_case_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("https_proxy", PROXY)
    monkeypatch.setenv("HTTPS_PROXY", "")

    assert read(ExampleSettings).https_proxy is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPS_PROXY", "socks5://proxy.example:1080"),
        ("HTTPS_PROXY", "https://proxy.example:3129"),
        ("HTTP_PROXY", "http://"),
        ("HTTP_PROXY", "proxy.example:port"),
        ("HTTP_PROXY", "http://proxy.example/path"),
        ("NO_PROXY", "a.example,10.0.0.0/33"),
        ("NO_PROXY", "https://a.example"),
        ("NO_PROXY", "192.168.*"),
        ("CA_LOCATION", "/does/not/exist"),
        ("CA_LOCATION", __file__),
    ],
)
def test_a_proxy_that_no_library_understands_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(InvalidSettings, match=name) as caught:
        read(ExampleSettings)
    assert len(caught.value.problems) == 1
    assert "example" not in str(caught.value)


def test_the_password_of_a_proxy_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hunter%2F22@proxy.example:3128")

    settings = read(ExampleSettings)

    assert settings.effective()["https_proxy"] == "http://[redacted]@proxy.example:3128"
    assert OWN.masked("said hunter/22") == "said [redacted]"
    assert "hunter" not in repr(settings.outgoing)


def test_the_companys_authority_is_trusted_in_addition_to_the_public_ones(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    public = len(read(ExampleSettings).outgoing.ssl_context.get_ca_certs())
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("CA_LOCATION", str(tmp_path / "ca.pem"))

    context = read(ExampleSettings).outgoing.ssl_context

    assert len(context.get_ca_certs()) == public + 1
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert ssl.VERIFY_X509_STRICT not in context.verify_flags
