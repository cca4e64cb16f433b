"""Stray drafts are reported on stderr, beside the findings, and deleted only on request."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from invoice_cli.stray_report import tell_strays
from invoice_operations.asked_providers import AskedProviders
from invoice_operations.provider_lookup import Providers
from invoice_operations.rate_limit import RateLimit
from invoice_providers.base import Begun
from invoice_providers.connection import Connection
from invoice_providers.registry import provider_of
from invoice_shared.clock import SystemClock
from invoice_simulators.client import RazorpayControl
from invoice_simulators.control import build_app
from invoice_simulators.razorpay import Razorpay, RazorpaySettings
from invoice_simulators.server import SimulatorServer
from tests.builders import INVOICE_ID, formatted_invoice
from tests.unit.operations.reconcile.test_strays import Ledger

SINCE = datetime.now(UTC) - timedelta(days=1)
LATER = datetime.now(UTC) + timedelta(hours=2)
DOCUMENT = formatted_invoice(
    destination="razorpay", external_customer_id="cust_AAAAAAAAAAAAAA", currency="INR"
)


class Books:
    """An account with one stray draft of ours, and the client that asks it."""

    def __init__(self, url: str) -> None:
        self.control = RazorpayControl(url)
        provider = provider_of("razorpay")
        account = RazorpaySettings()
        settings = provider.settings(
            razorpay_base_url=url,
            razorpay_apikey_id=SecretStr(account.key_id),
            razorpay_apikey_secret=SecretStr(account.key_secret),
        )
        connection = Connection(provider, provider.build(settings, SystemClock()))
        self.asked = AskedProviders(
            Providers({"razorpay": connection}), RateLimit(None, SystemClock()), 0
        )
        with pytest.raises(Exception, match="looked up again"):
            connection.create(DOCUMENT, begun=Begun())

    def report(self, *, fix: bool) -> bool:
        return tell_strays(self.asked, Ledger(INVOICE_ID), SINCE, LATER, fix=fix)


@pytest.fixture
def books() -> Iterator[Books]:
    with SimulatorServer(build_app(Razorpay())) as server:
        yield Books(server.url)


def test_a_stray_draft_is_named_and_stays(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    assert books.report(fix=False)

    (draft,) = books.control.documents()
    shown = capsys.readouterr()
    assert f"Stray draft {draft['id']} of invoice {INVOICE_ID} at razorpay, created " in shown.err
    assert shown.err.endswith("It bills nobody: delete it with --fix.\n")
    assert shown.out == ""


def test_it_is_deleted_on_request(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    assert books.report(fix=True)

    assert capsys.readouterr().err.endswith("Deleted.\n")
    assert books.control.documents() == []
    assert books.report(fix=True)
    assert capsys.readouterr().err == ""


def test_a_system_that_cannot_be_asked_is_reported(
    books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    books.control.inject("credentials", "list")

    assert not books.report(fix=True)

    assert (
        "The search for stray drafts is incomplete: Razorpay refuses our key"
        in capsys.readouterr().err
    )
