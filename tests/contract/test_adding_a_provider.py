"""The guide to a fourth provider is correct: its code is taken from the page and added to the
package.

No other file is changed, and everything that iterates over the providers knows Acme Books.
"""

import json
import re
import sys
import threading
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import invoice_providers
from invoice_creator.settings import read_creator
from invoice_creator.writeback import MetronomeWriteback
from invoice_formatter.mapping.extra_fields import problems_of
from invoice_operations.errors import InvalidRequest
from invoice_operations.options import parse_selection
from invoice_operations.preview.previews import preview
from invoice_operations.provider_lookup import Providers, check, look, providers
from invoice_operations.tfvars.settings import import_variables
from invoice_providers.base import Found
from invoice_providers.names import destinations
from invoice_providers.registry import provider_of
from invoice_providers.testing import ProviderCase, ProviderContract
from invoice_shared import serde
from invoice_shared.answer import Answer
from invoice_shared.errors import AlreadyExists, CredentialsRefused, Rejected, Unavailable
from invoice_shared.metronome.client import MetronomeClient
from invoice_shared.settings import InvalidSettings, read
from tests.builders import INVOICE_ID, formatted_invoice, outcome
from tests.fakes import FakeClock
from tests.support.ports import LOOPBACK, free_port
from tests.unit.formatter.builders import rules, tree
from tests.unit.formatter.hierarchies import FakeAccounts
from tests.unit.providers.creating import settled

GUIDE = Path(__file__).parents[2] / "docs" / "adding-a-provider.md"
MODULE = re.compile(r"```python\n# (?P<name>\w+\.py)\n(?P<code>.*?)```", re.DOTALL)
MOST_LINES = 250
NAME = "acme_books"


def modules() -> dict[str, str]:
    return {found["name"]: found["code"] for found in MODULE.finditer(GUIDE.read_text())}


class AcmeBooks(BaseHTTPRequestHandler):
    """What the guide says about Acme's API."""

    protocol_version = "HTTP/1.1"
    held: dict[str, dict[str, Any]]

    def do_POST(self) -> None:
        """Create once per number."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])), parse_float=Decimal)
        if not self._is_known():
            self._answer(401, {"message": "Who are you?"})
        elif body["number"] in self.held:
            self._answer(409, {"message": "Taken"})
        elif any(line["item"] == "999" for line in body["lines"]):
            self._answer(422, {"message": "No item 999", "field": "item"})
        else:
            total = sum(line["quantity"] * Decimal(line["price"]) for line in body["lines"])
            shown = {"id": len(self.held) + 1, "total": str(total), "status": "unpaid"}
            self.held[body["number"]] = shown | {
                name: body[name] for name in ("number", "currency", "customer")
            }
            self._answer(201, self.held[body["number"]])

    def do_GET(self) -> None:
        """List by number, or return one."""
        parts = urlsplit(self.path)
        if not self._is_known():
            self._answer(401, {"message": "Who are you?"})
        elif parts.query:
            (number,) = parse_qs(parts.query)["number"]
            self._answer(200, [self.held[number]] if number in self.held else [])
        elif not parts.path.startswith("/api/invoices"):
            self._show_entry(parts.path.split("/")[-2].removesuffix("s"), parts.path)
        else:
            wanted = parts.path.rpartition("/")[2]
            found = next((each for each in self.held.values() if str(each["id"]) == wanted), None)
            self._answer(200, found) if found else self._answer(404, {"message": "No such invoice"})

    def log_message(self, *_: Any) -> None:
        """Print nothing."""

    def _show_entry(self, thing: str, path: str) -> None:
        if path.endswith(("c9", "999")):
            self._answer(404, {"message": f"No such {thing}"})
        else:
            self._answer(200, {"active": True})

    def _is_known(self) -> bool:
        return bool(self.headers["Authorization"] == "Bearer good")

    def _answer(self, status: int, tree: Any) -> None:
        body = json.dumps(tree).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def acme_url() -> Iterator[str]:
    handler = type("Handler", (AcmeBooks,), {"held": {}, "timeout": 1})
    with ThreadingHTTPServer((LOOPBACK, 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://{LOOPBACK}:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def dropped_in(tmp_path: Path) -> Iterator[None]:
    """Add the guide's folder to the package, beside the existing providers."""
    folder = tmp_path / NAME
    folder.mkdir()
    for name, code in modules().items():
        (folder / name).write_text(code)
    invoice_providers.__path__.append(str(tmp_path))
    destinations.cache_clear()
    yield
    invoice_providers.__path__.remove(str(tmp_path))
    destinations.cache_clear()
    for name in [name for name in sys.modules if NAME in name]:
        del sys.modules[name]


@pytest.fixture
def known(acme_url: str, monkeypatch: pytest.MonkeyPatch) -> Providers:
    """Return what a creator or a command knows if the environment names only Acme Books."""
    monkeypatch.setenv("METRONOME_API_KEY", "unused")
    monkeypatch.setenv("ACME_BOOKS_API_KEY", "good")
    monkeypatch.setenv("ACME_BOOKS_BASE_URL", acme_url)
    return providers(*read_creator(), FakeClock())


class TestAcmeBooks(ProviderContract):
    @pytest.fixture
    def case(self, acme_url: str, dropped_in: None) -> ProviderCase:
        settings = provider_of(NAME).settings
        return ProviderCase(
            provider=provider_of(NAME),
            account=settings(acme_books_api_key="good", acme_books_base_url=acme_url),
            stranger=settings(acme_books_api_key="bad", acme_books_base_url=acme_url),
            customer_id="c1",
            item_id="501",
            no_customer_id="c9",
            no_document_id="9999",
            no_item_id="999",
        )


def test_a_provider_takes_about_two_hundred_lines() -> None:
    assert modules().keys() == {
        "__init__.py",
        "settings.py",
        "payload.py",
        "errors.py",
        "client.py",
        "provider.py",
    }
    assert sum(code.count("\n") for code in modules().values()) < MOST_LINES


def test_it_is_a_destination_like_any_other() -> None:
    assert destinations() == (NAME, "netsuite", "quickbooks_online", "razorpay")


def test_the_creator_accepts_it_and_names_its_wrong_settings_with_all_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = {
        "ACME_BOOKS_BASE_URL": "nowhere",
        "CREATOR_CONCURRENCY": "0",
        "RAZORPAY_BASE_URL": "nowhere",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("METRONOME_API_KEY", "unused")
    monkeypatch.setenv("CREATOR_DESTINATIONS", f'["{NAME}"]')

    with pytest.raises(InvalidSettings) as invalid:
        read_creator()
    for name in wrong:
        monkeypatch.delenv(name)
    settings, _ = read_creator()

    assert {problem.partition(":")[0] for problem in invalid.value.problems} == wrong.keys()
    assert (settings.creator_destinations, settings.consumer_group()) == (
        (NAME,),
        f"invoice-creator-{NAME}",
    )


def test_the_creator_creates_each_invoice_once(known: Providers) -> None:
    client = known.usable[NAME].client
    document = formatted_invoice(destination=NAME)

    created = settled(client, document, FakeClock())

    assert settled(client, document, FakeClock()) == created
    with pytest.raises(AlreadyExists):
        client.create(document)


def test_an_error_in_the_invoice_is_rejected(known: Providers) -> None:
    client = known.usable[NAME]
    (line,) = formatted_invoice().line_items

    with pytest.raises(Rejected, match='Item 999 is the item of "API calls"'):
        client.create(formatted_invoice(line_items=(line.changed(external_item_id="999"),)))
    with pytest.raises(Rejected, match="credit memos"):
        client.create(formatted_invoice(document_type="credit_memo"))
    assert client.look(formatted_invoice()) == ()


def test_an_error_on_our_side_is_not_rejected(acme_url: str) -> None:
    acme = provider_of(NAME)

    for url, error in (
        (acme_url, CredentialsRefused),
        (f"http://{LOOPBACK}:{free_port()}", Unavailable),
    ):
        account = acme.settings(acme_books_api_key="bad", acme_books_base_url=url)
        with pytest.raises(error):
            acme.build(account, FakeClock()).create(formatted_invoice())


def test_check_calls_it_and_reconcile_finds_its_documents(known: Providers, acme_url: str) -> None:
    connection = known.usable[NAME]
    created = connection.create(formatted_invoice(destination=NAME))

    check(connection)
    (found,) = look(connection, outcome(destination=NAME, invoice_id=INVOICE_ID))

    assert found == created
    assert connection.account == acme_url


def test_metronome_gets_the_name_that_it_knows() -> None:
    told: list[Any] = []

    class Metronome:
        def get(self, url: str, headers: Any) -> Answer:
            raise AssertionError

        def post(self, url: str, body: bytes, headers: Any) -> Answer:
            told.extend(serde.loads(body))
            return Answer(200, {}, b"{}")

        def renew_credentials(self) -> None:
            raise AssertionError

    writeback = MetronomeWriteback(MetronomeClient(Metronome(), "http://metronome", FakeClock()))
    writeback.report_created(formatted_invoice(destination=NAME), Found("7"), is_repeat=False)

    assert [status["billing_provider"] for status in told] == ["custom"]


def test_customers_can_be_billed_there_and_a_preview_shows_the_document() -> None:
    fields = {"netsuite_customer_id": "1042", "billing_destination": NAME}

    seen = preview(
        {"data": tree(customer_custom_fields=fields)},
        rules(),
        read,
        FakeAccounts().ask,
        force=False,
    )

    assert seen.document is not None
    assert seen.payload is not None
    assert (seen.result, seen.document.destination) == ("created", NAME)
    assert seen.payload["number"] == seen.document.invoice_id


def test_options_and_extra_fields_know_it() -> None:
    assert parse_selection({"destination": [NAME]}, FakeClock().now()).destination == NAME
    with pytest.raises(
        InvalidRequest, match='Invalid --destination "acme": use one of acme_books, netsuite'
    ):
        parse_selection({"destination": ["acme"]}, FakeClock().now())
    assert problems_of({f"{NAME}:memo": "x"}) == []


def test_its_variables_are_written_to_the_right_manifests() -> None:
    imported = import_variables({"acme_books_api_key": "k", "acme_books_base_url": "https://acme"})

    assert imported.secrets["invoice-acme-books"] == {"ACME_BOOKS_API_KEY": "k"}
    assert imported.config["acme-books"] == {"ACME_BOOKS_BASE_URL": "https://acme"}
