"""Each library in a company's network: through its proxy, by its authority, or not at all."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from invoice_providers.http import Anonymous, Http
from invoice_shared.archive.archive import ArchiveUnreachable
from invoice_shared.archive.s3_archive import open_archive
from invoice_shared.clock import SystemClock
from invoice_shared.errors import Unavailable
from invoice_shared.metrics import Metrics
from invoice_shared.metronome.async_client import AsyncMetronomeClient, open_session
from invoice_shared.metronome.questions import Question
from invoice_shared.metronome.rate_limits import RateLimits
from invoice_shared.outgoing.outgoing import Outgoing, Reach
from invoice_shared.settings import BaseServiceSettings, read
from invoice_shared.spans import provider_of
from tests.support.company import Company
from tests.support.ports import LOOPBACK
from tests.support.s3 import CREDENTIALS, Bucket

SYSTEM = "system.example"
HTTPS = f"https://{SYSTEM}"
HTTP = f"http://{SYSTEM}"


class Answering(BaseHTTPRequestHandler):
    """Records each path, and answers with JSON."""

    protocol_version = "HTTP/1.1"
    paths: list[str]

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.paths.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_POST = do_GET  # noqa: N815 - the base class looks for this name

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def paths() -> list[str]:
    """Return the paths that the other system was asked for."""
    return []


@pytest.fixture
def system(paths: list[str]) -> Iterator[int]:
    """Return the port of another system."""
    server = HTTPServer((LOOPBACK, 0), type("Noting", (Answering,), {"paths": paths}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=[False, True], ids=["open to all", "asks for a password"])
def company(request: pytest.FixtureRequest, system: int, tmp_path: Path) -> Iterator[Company]:
    with Company({SYSTEM: system}, tmp_path, asks_login=request.param) as network:
        yield network


def outgoing(company: Company, *, no_proxy: str = "", trusts: bool = True) -> Outgoing:
    authority = str(company.ca_location) if trusts else None
    return Outgoing(authority, company.proxy, company.proxy, no_proxy)


def requests_client(way: Outgoing) -> Http:
    return Http("NetSuite", Anonymous, Reach(5, way))


async def ask_by_aiohttp(base_url: str, way: Outgoing) -> None:
    async with open_session(base_url, Reach(5, way)) as session:
        client = AsyncMetronomeClient(
            session,
            base_url,
            lambda: "key",
            limits=RateLimits(SystemClock()),
            metrics=Metrics(),
            clock=SystemClock(),
        )
        await client.ask(Question("customer", "/asked", b"{}"))


@pytest.mark.parametrize("url", [HTTPS, HTTP])
def test_providers_are_called_through_the_proxy(
    company: Company, paths: list[str], url: str
) -> None:
    http = requests_client(outgoing(company))

    assert (http.get(f"{url}/a", {}).status, http.post(f"{url}/b", b"{}", {}).status) == (200, 200)
    assert paths == ["/a", "/b"]
    assert len(company.seen) == 1, "the connection is kept"


@pytest.mark.parametrize("url", [HTTPS, HTTP])
async def test_the_formatter_calls_metronome_through_the_proxy(
    company: Company, paths: list[str], url: str
) -> None:
    await ask_by_aiohttp(url, outgoing(company))

    assert paths == ["/asked"]
    assert len(company.seen) == 1


def test_traces_leave_through_the_proxy(
    company: Company, paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**company.settings, "OTEL_EXPORTER_OTLP_ENDPOINT": HTTPS}.items():
        monkeypatch.setenv(name, value)
    provider = provider_of(read(BaseServiceSettings), "invoice-webhook")

    with provider.get_tracer("test").start_as_current_span("a span"):
        pass
    provider.shutdown()

    assert paths == ["/v1/traces"]


def test_the_archive_at_aws_and_the_credentials_of_a_role_use_the_proxy(
    s3_port: int, s3: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("a token of the cluster")
    for name, value in {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/sink",
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
    }.items():
        monkeypatch.setenv(name, value)
    store = f"{s3.name}.s3.eu-west-1.amazonaws.com"
    tokens = "sts.eu-west-1.amazonaws.com"

    with Company({store: s3_port, tokens: s3_port}, tmp_path) as company:
        open_archive(s3.name, outgoing(company)).put("key", b"content")
        asked = {line.split(" ")[1] for line in company.seen}

    assert s3.keys() == ["key"]
    assert asked == {f"{store}:443", f"{tokens}:443"}


@pytest.mark.parametrize("url", [HTTPS, HTTP])
async def test_an_exempt_host_is_not_reached_through_the_proxy(company: Company, url: str) -> None:
    way = outgoing(company, no_proxy="example")

    with pytest.raises(Unavailable, match="cannot be reached"):
        requests_client(way).get(f"{url}/a", {})
    with pytest.raises(Unavailable, match="cannot be reached"):
        await ask_by_aiohttp(url, way)
    assert company.seen == []


async def test_without_the_companys_authority_nothing_is_sent_and_it_is_an_outage(
    company: Company, paths: list[str]
) -> None:
    way = outgoing(company, trusts=False)
    http = requests_client(way)

    with pytest.raises(Unavailable, match="cannot be reached") as asked:
        http.get(f"{HTTPS}/a", {})
    with pytest.raises(Unavailable, match="certificate verify failed") as sent:
        http.post(f"{HTTPS}/a", b"{}", {})
    with pytest.raises(Unavailable, match="cannot be reached") as formatter:
        await ask_by_aiohttp(HTTPS, way)

    assert all(each.value.outage for each in (asked, sent, formatter))
    assert paths == []


async def test_a_proxy_that_refuses_to_connect_is_an_outage_and_nothing_is_sent(
    company: Company, paths: list[str]
) -> None:
    company.refuses = True
    way = outgoing(company)

    with pytest.raises(Unavailable, match="Tunnel connection failed: 403 Forbidden") as sent:
        requests_client(way).post(f"{HTTPS}/a", b"{}", {})
    with pytest.raises(
        Unavailable, match="cannot be reached: HTTPS_PROXY answers 403"
    ) as formatter:
        await ask_by_aiohttp(HTTPS, way)

    assert sent.value.outage
    assert formatter.value.outage
    assert paths == []


def test_only_the_settings_read_the_environment(
    company: Company, paths: list[str], system: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text(f"machine {LOOPBACK} login a password b")
    elsewhere = {
        "HTTP_PROXY": "http://127.0.0.1:1",
        "http_proxy": "http://127.0.0.1:1",
        "NETRC": str(tmp_path / "netrc"),
    }
    for name, value in elsewhere.items():
        monkeypatch.setenv(name, value)

    assert requests_client(Outgoing()).get(f"http://{LOOPBACK}:{system}/a", {}).status == 200
    assert company.seen == []


def test_an_archive_behind_a_proxy_that_refuses_to_connect_is_unreachable(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.refuses = True
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL_S3": HTTPS}.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ArchiveUnreachable):
        open_archive("bucket", outgoing(company)).check()
