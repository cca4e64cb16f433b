"""The client against Razorpay on loopback, alone and behind the creator, which looks before each
create.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from invoice_providers.base import Found
from invoice_providers.razorpay.client import Razorpay
from invoice_providers.razorpay.setup import Key, api_of
from invoice_shared.errors import CallFailed, CredentialsRefused, Rejected, Unavailable, Uncertain
from invoice_shared.invoice import FormattedInvoice
from invoice_shared.outgoing.outgoing import Reach
from invoice_simulators.client import ControlClient
from invoice_simulators.control import build_app
from invoice_simulators.razorpay import Razorpay as SimulatedRazorpay
from invoice_simulators.razorpay import RazorpaySettings
from invoice_simulators.server import SimulatorServer
from tests.builders import INVOICE_ID, formatted_invoice, line_item
from tests.fakes import FakeClock
from tests.support.ports import LOOPBACK, free_port
from tests.unit.providers.creating import settled

ACCOUNT = RazorpaySettings()
GOOD = Key(ACCOUNT.key_id, ACCOUNT.key_secret)


class Account:
    """A simulated account, its control, and a client whose key can be replaced."""

    def __init__(self, url: str) -> None:
        self.control = ControlClient(url)
        self.key = GOOD
        self.clock = FakeClock()
        self._api = api_of(url, lambda: self.key, clock=self.clock, reach=Reach(2))
        self.client = Razorpay(self._api, self.clock)

    def create_at_once(self) -> None:
        """Use the order without drafts."""
        self.client = Razorpay(self._api, self.clock, "direct")

    def settled(self, document: FormattedInvoice | None = None) -> Found:
        return settled(self.client, document or invoice(), FakeClock(), is_repeat=True)

    def error(self, document: FormattedInvoice | None = None) -> CallFailed:
        with pytest.raises(CallFailed) as failed:
            self.settled(document)
        return failed.value

    def create_error(self, document: FormattedInvoice | None = None) -> CallFailed:
        with pytest.raises(CallFailed) as failed:
            self.client.create(document or invoice())
        return failed.value


@pytest.fixture
def account() -> Iterator[Account]:
    with SimulatorServer(build_app(SimulatedRazorpay())) as server:
        yield Account(server.url)


def invoice(**changes: Any) -> FormattedInvoice:
    ours = {
        "destination": "razorpay",
        "external_customer_id": "cust_AAAAAAAAAAAAAA",
        "currency": "INR",
    }
    return formatted_invoice(**ours | changes)


def read(account: Account, document_id: str) -> Found | None:
    return account.client.read(document_id, invoice_id=INVOICE_ID, document_type="invoice")


def test_an_invoice_is_created_once_and_found_by_its_receipt(account: Account) -> None:
    created = account.settled()
    again = account.settled()

    (document,) = account.control.documents()
    assert (document["id"], document["external_id"], document["total"]) == (
        created.document_id,
        INVOICE_ID,
        "100.00",
    )
    assert (again,) == (created,) == account.client.look(invoice())
    assert created == Found(
        document["id"],
        INVOICE_ID,
        Decimal("100.00"),
        "INR",
        external_customer_id="cust_AAAAAAAAAAAAAA",
        document_type="invoice",
        state="open",
    )


def test_an_invoice_is_read_by_its_own_id(account: Account) -> None:
    created = account.client.create(invoice())

    assert read(account, created.document_id) == created
    assert read(account, "inv_AAAAAAAAAAAAAA") is None


def test_a_read_without_an_answer_is_only_unavailable(account: Account) -> None:
    account.control.inject("hang", "get", times=1)

    with pytest.raises(Unavailable):
        read(account, "inv_AAAAAAAAAAAAAA")


def test_nobody_is_messaged_unless_requested(account: Account) -> None:
    account.client.create(invoice())
    account.client.create(invoice(invoice_id="i-2", extra_fields={"email_notify": "true"}))

    assert [document["messages"] for document in account.control.documents()] == [[], ["email"]]


def test_another_total_under_the_receipt_is_a_conflict(account: Account) -> None:
    account.client.create(invoice())

    error = account.error(invoice(total=Decimal("50.00"), line_items=(line_item(amount="50.00"),)))

    assert isinstance(error, Rejected)
    assert error.code == "conflicting-document"
    assert len(account.control.documents()) == 1


def test_the_total_that_razorpay_computes_must_be_ours(account: Account) -> None:
    error = account.error(invoice(total=Decimal("101.00")))

    assert isinstance(error, Rejected)
    assert error.code == "conflicting-document"


def test_a_cancelled_invoice_is_not_created_again(account: Account) -> None:
    created = account.client.create(invoice())
    account.control.void(created.document_id)

    error = account.error()

    assert isinstance(error, Rejected)
    assert error.code == "conflicting-document"
    assert f"{created.document_id} of this invoice was voided or cancelled" in error.reason
    assert [document["status"] for document in account.control.documents()] == ["cancelled"]


def test_an_invoice_without_a_document_is_not_found(account: Account) -> None:
    assert account.client.look(invoice()) == ()


def test_a_refused_customer_is_named(account: Account) -> None:
    account.control.configure(unknown_customers=["cust_AAAAAAAAAAAAAA"])

    error = account.create_error()

    assert isinstance(error, Rejected)
    assert error.code == "provider-rejected"
    assert "cust_AAAAAAAAAAAAAA is the id of the customer" in error.reason


def test_razorpay_accepts_every_field_that_is_sent(account: Account) -> None:
    texts = dict.fromkeys(("description", "terms", "comment"), "t" * 5000)
    switches = {"sms_notify": "1", "email_notify": "0", "partial_payment": "true"}
    notes = {f"note{number}": "n" * 500 for number in range(15)}
    line = line_item(name="n" * 5000, quantity="1.23", unit_price="81.3")

    account.client.create(invoice(line_items=(line,), extra_fields=texts | switches | notes))

    assert len(account.control.documents()) == 1


@pytest.mark.parametrize(
    "changes", [{"total": Decimal(0)}, {"document_type": "credit_memo"}], ids=["zero", "memo"]
)
def test_an_invoice_that_must_not_be_sent_is_not_sent(
    account: Account, changes: dict[str, Any]
) -> None:
    assert isinstance(account.create_error(invoice(**changes)), Rejected)
    assert account.control.requests() == []


@pytest.mark.parametrize(
    ("fault", "stored"),
    [
        pytest.param("reset-before", 0, id="reset, nothing stored"),
        pytest.param("reset-after", 1, id="reset after it was stored"),
        pytest.param("hang", 0, id="no answer, nothing stored"),
        pytest.param("hang-after", 1, id="no answer after it was stored"),
    ],
)
def test_without_an_answer_the_outcome_is_unknown_and_a_repeat_duplicates_nothing(
    account: Account, fault: str, stored: int
) -> None:
    account.create_at_once()
    account.control.inject(fault, "create", times=1)

    assert isinstance(account.create_error(), Uncertain)
    assert len(account.client.look(invoice())) == stored
    account.settled()
    assert len(account.control.documents()) == 1


@pytest.mark.parametrize("fault", ["reset-before", "hang"])
def test_a_look_without_an_answer_sends_nothing(account: Account, fault: str) -> None:
    account.control.inject(fault, "list", times=1)

    assert isinstance(account.error(), Unavailable)
    assert account.control.requests("create") == []


def test_a_refused_connection_is_an_outage() -> None:
    clock = FakeClock()
    nobody = Razorpay(
        api_of(f"http://{LOOPBACK}:{free_port()}", lambda: GOOD, clock=clock, reach=Reach(2)), clock
    )

    with pytest.raises(Unavailable) as down:
        nobody.create(invoice())

    assert down.value.outage


@pytest.mark.parametrize(
    "wrong", [Key("x", GOOD.secret), Key(GOOD.key_id, "x")], ids=["key id", "secret"]
)
def test_a_wrong_key_is_refused_and_a_corrected_one_accepted_without_a_restart(
    account: Account, wrong: Key
) -> None:
    account.key = wrong
    error = account.create_error()
    account.key = GOOD

    assert isinstance(error, CredentialsRefused)
    assert account.client.create(invoice()).document_id
