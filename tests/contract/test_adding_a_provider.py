"""The guide to a fourth provider holds what it says: its code is taken from the page and run against an Acme Books."""

import importlib
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
from invoice_providers.base import BillingProvider
from invoice_providers.http import Bearer, Http
from invoice_shared.errors import AlreadyExists, CredentialsRefused, Rejected, Unavailable
from tests.builders import formatted_invoice
from tests.fakes import FakeClock
from tests.support.ports import LOOPBACK, free_port

GUIDE = Path(__file__).parents[2] / "docs" / "adding-a-provider.md"
MODULE = re.compile(r"```python\n# (?P<name>\w+\.py)\n(?P<code>.*?)```", re.DOTALL)
MOST_LINES = 150


def modules() -> dict[str, str]:
    return {found["name"]: found["code"] for found in MODULE.finditer(GUIDE.read_text())}


class AcmeBooks(BaseHTTPRequestHandler):
    """What the guide says of Acme's API."""

    held: dict[str, dict[str, Any]]

    def do_POST(self) -> None:
        """Create, once for each number."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])), parse_float=Decimal)
        if self.headers["Authorization"] != "Bearer good":
            self._answer(401, {"message": "Who are you?"})
        elif body["number"] in self.held:
            self._answer(409, {"message": "Taken"})
        elif any(line["item"] == "999" for line in body["lines"]):
            self._answer(422, {"message": "No item 999", "field": "item"})
        else:
            total = sum(line["quantity"] * Decimal(line["price"]) for line in body["lines"])
            shown = {"id": len(self.held) + 1, "total": float(total)}
            self.held[body["number"]] = shown | {name: body[name] for name in ("number", "currency")}
            self._answer(201, self.held[body["number"]])

    def do_GET(self) -> None:
        """List by number."""
        (number,) = parse_qs(urlsplit(self.path).query)["number"]
        self._answer(200, [self.held[number]] if number in self.held else [])

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""

    def _answer(self, status: int, tree: Any) -> None:
        body = json.dumps(tree).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def acme_url() -> Iterator[str]:
    handler = type("Handler", (AcmeBooks,), {"held": {}})
    with ThreadingHTTPServer((LOOPBACK, 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://{LOOPBACK}:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def client_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The guide's folder, beside the providers that exist."""
    folder = tmp_path / "acme_books"
    folder.mkdir()
    for name, code in modules().items():
        (folder / name).write_text(code)
    (folder / "__init__.py").write_text("")
    monkeypatch.setattr(invoice_providers, "__path__", [*invoice_providers.__path__, str(tmp_path)])
    yield importlib.import_module("invoice_providers.acme_books.client")
    for name in [name for name in sys.modules if "acme_books" in name]:
        del sys.modules[name]


def provider(module: Any, url: str, key: str = "good") -> BillingProvider:
    found: BillingProvider = module.AcmeBooks(url, Http("Acme Books", lambda: Bearer(key), 5), FakeClock())
    return found


def test_a_provider_takes_fewer_than_a_hundred_and_fifty_lines() -> None:
    assert modules().keys() == {"payload.py", "errors.py", "client.py"}
    assert sum(code.count("\n") for code in modules().values()) < MOST_LINES


def test_an_invoice_is_created_once_and_found(client_module: Any, acme_url: str) -> None:
    acme = provider(client_module, acme_url)

    created = acme.create(formatted_invoice())

    assert acme.find(formatted_invoice()) == created
    assert created.total == Decimal(100)
    with pytest.raises(AlreadyExists):
        acme.create(formatted_invoice())


def test_what_is_wrong_with_the_invoice_is_rejected(client_module: Any, acme_url: str) -> None:
    acme = provider(client_module, acme_url)
    (line,) = formatted_invoice().line_items

    with pytest.raises(Rejected, match="Item 999 is that of “API calls”"):
        acme.create(formatted_invoice(line_items=(line.model_copy(update={"external_item_id": "999"}),)))
    with pytest.raises(Rejected, match="credit memos"):
        acme.create(formatted_invoice(document_type="credit_memo"))
    assert acme.find(formatted_invoice()) is None


def test_what_is_wrong_with_us_is_not(client_module: Any, acme_url: str) -> None:
    with pytest.raises(CredentialsRefused):
        provider(client_module, acme_url, key="bad").create(formatted_invoice())
    with pytest.raises(Unavailable):
        provider(client_module, f"http://{LOOPBACK}:{free_port()}").create(formatted_invoice())
