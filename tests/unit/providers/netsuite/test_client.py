"""The client against NetSuite on loopback: signatures, taken ids, broken connections, refused
logins.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from invoice_providers.base import Found
from invoice_providers.netsuite.client import NetSuite
from invoice_providers.netsuite.payload import Options
from invoice_providers.netsuite.tba import Credentials, signature
from invoice_shared.errors import (
    AlreadyExists,
    CallFailed,
    CredentialsRefused,
    Rejected,
    Unavailable,
    Uncertain,
)
from invoice_shared.invoice import DocumentType, FormattedInvoice
from invoice_shared.outgoing.outgoing import Reach
from invoice_simulators.client import ControlClient
from invoice_simulators.control import build_app
from invoice_simulators.netsuite import NetSuite as SimulatedNetSuite
from invoice_simulators.netsuite import NetSuiteSettings
from invoice_simulators.server import SimulatorServer
from tests.builders import INVOICE_ID, formatted_invoice, line_item
from tests.fakes import FakeClock
from tests.support.ports import LOOPBACK, free_port
from tests.unit.providers.creating import settled

ACCOUNT = NetSuiteSettings()
GOOD = Credentials(
    ACCOUNT.account,
    ACCOUNT.consumer_key,
    ACCOUNT.consumer_secret,
    ACCOUNT.token_id,
    ACCOUNT.token_secret,
)
OPTIONS = Options({"USD": "1", "EUR": "4"})


class Account:
    """A simulated account, its control, and a client whose credentials can be replaced."""

    def __init__(self, url: str) -> None:
        self.control = ControlClient(url)
        self.clock = FakeClock()
        self.credentials = GOOD
        self.client = NetSuite(
            url, lambda: signature(self.credentials), OPTIONS, clock=self.clock, reach=Reach(2)
        )

    def create_error(self, document: FormattedInvoice | None = None) -> CallFailed:
        with pytest.raises(CallFailed) as failed:
            self.client.create(document or formatted_invoice())
        return failed.value


@pytest.fixture
def account() -> Iterator[Account]:
    with SimulatorServer(build_app(SimulatedNetSuite())) as server:
        yield Account(server.url)


def test_an_invoice_is_created_and_found_by_its_id(account: Account) -> None:
    created = account.client.create(formatted_invoice())

    (document,) = account.control.documents()
    assert (document["id"], document["external_id"]) == (created.document_id, INVOICE_ID)
    assert (document["document_type"], document["currency"], document["total"]) == (
        "invoice",
        "USD",
        "100.00",
    )
    assert account.client.look(formatted_invoice()) == (expected(created.document_id),)


def expected(document_id: str, **changes: Any) -> Found:
    found = Found(
        document_id,
        INVOICE_ID,
        Decimal("100.00"),
        "USD",
        external_customer_id="1042",
        document_type="invoice",
        state="open",
    )
    return replace(found, **changes)


def read(
    account: Account, document_id: str, document_type: DocumentType = "invoice"
) -> Found | None:
    return account.client.read(document_id, invoice_id=INVOICE_ID, document_type=document_type)


def test_an_invoice_is_read_by_its_own_id(account: Account) -> None:
    created = account.client.create(formatted_invoice())

    assert read(account, created.document_id) == expected(created.document_id)
    assert read(account, "999") is None


def test_a_read_of_another_type_finds_nothing(account: Account) -> None:
    created = account.client.create(formatted_invoice())

    with pytest.raises(Unavailable):
        read(account, created.document_id, "credit_memo")


def test_a_read_without_an_answer_is_only_unavailable(account: Account) -> None:
    account.control.inject("hang", "get", times=1)

    with pytest.raises(Unavailable):
        read(account, "999")


def test_a_taken_id_ends_with_the_document_that_has_it(account: Account) -> None:
    created = account.client.create(formatted_invoice())

    again = settled(
        account.client, formatted_invoice(extra_fields={"memo": "another body"}), account.clock
    )

    assert again.document_id == created.document_id
    assert len(account.control.documents()) == 1


def test_a_credit_memo_in_euros_is_created_and_found(account: Account) -> None:
    memo = formatted_invoice(document_type="credit_memo", currency="EUR")

    created = account.client.create(memo)

    assert account.control.documents()[0]["document_type"] == "credit_memo"
    assert account.client.look(memo) == (
        expected(created.document_id, currency="EUR", document_type="credit_memo"),
    )


def test_an_invoice_without_a_document_is_not_found(account: Account) -> None:
    assert account.client.look(formatted_invoice()) == ()


def test_a_taken_id_is_reported_as_taken(account: Account) -> None:
    account.client.create(formatted_invoice())

    assert isinstance(account.create_error(), AlreadyExists)
    assert len(account.control.documents()) == 1


@pytest.mark.parametrize(
    "message", ["This record already exists.", "Diese Referenz ist schon vergeben."]
)
def test_a_taken_id_is_recognised_in_any_language(account: Account, message: str) -> None:
    account.control.configure(duplicate_wording=message)
    created = account.client.create(formatted_invoice())
    assert message in account.create_error().reason

    assert (
        settled(account.client, formatted_invoice(), account.clock).document_id
        == created.document_id
    )


def test_a_refused_item_names_the_field(account: Account) -> None:
    account.control.configure(unknown_items=["501"])

    error = account.create_error()

    assert isinstance(error, Rejected)
    assert "item.items[0].item" in error.reason
    assert account.client.look(formatted_invoice()) == ()


def test_a_misspelt_custom_field_is_refused_instead_of_ignored(account: Account) -> None:
    account.control.configure(custom_fields=["custbody_known"])

    error = account.create_error(formatted_invoice(extra_fields={"custbody_mistyped": "x"}))

    assert "custbody_mistyped" in error.reason


def test_netsuite_accepts_every_field_that_is_sent(account: Account) -> None:
    line = line_item(
        name="n" * 5000, extra_fields={"class": "1", "department": "2", "location": "3"}
    )
    fields = {"memo": "m" * 5000, "otherRefNum": "o" * 100, "subsidiary": "1", "custbody_a": "b"}
    account.client.create(
        formatted_invoice(line_items=(line,), extra_fields={**fields, "terms": "2"})
    )
    account.client.create(
        formatted_invoice(
            # An external id is unique across all record types.
            invoice_id="3a2f7c1e-0000-4000-8000-000000000002",
            document_type="credit_memo",
            line_items=(line,),
            extra_fields={**fields, "terms": "2"},
        )
    )

    assert len(account.control.documents()) == 2


def test_an_invoice_that_must_not_be_sent_is_not_sent(account: Account) -> None:
    error = account.create_error(formatted_invoice(currency="GBP"))

    assert isinstance(error, Rejected)
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
def test_without_an_answer_nothing_is_known(account: Account, fault: str, stored: int) -> None:
    account.control.inject(fault, "create", times=1)

    assert isinstance(account.create_error(), Uncertain)
    assert len(account.client.look(formatted_invoice())) == stored


@pytest.mark.parametrize("fault", ["reset-before", "hang"])
def test_a_look_without_an_answer_is_only_unavailable(account: Account, fault: str) -> None:
    account.control.inject(fault, "get", times=1)

    with pytest.raises(Unavailable):
        account.client.look(formatted_invoice())


def test_a_refused_connection_is_an_outage() -> None:
    nobody = NetSuite(
        f"http://{LOOPBACK}:{free_port()}",
        lambda: signature(GOOD),
        OPTIONS,
        clock=FakeClock(),
        reach=Reach(2),
    )

    with pytest.raises(Unavailable) as down:
        nobody.create(formatted_invoice())

    assert down.value.outage


def test_a_throttle_says_how_long_to_wait(account: Account) -> None:
    account.control.inject("status", "create", status=429, headers={"Retry-After": "7"}, times=1)

    error = account.create_error()

    assert isinstance(error, Unavailable)
    assert (error.outage, error.retry_after) == (True, 7.0)


def test_a_redirect_is_not_followed(account: Account) -> None:
    account.control.inject(
        "status", "create", status=307, headers={"Location": "/elsewhere"}, times=1
    )

    assert isinstance(account.create_error(), Unavailable)
    assert len(account.control.requests()) == 1


@pytest.mark.parametrize(
    "location", [{}, {"Location": "http://[no-host/invoice/1"}], ids=["none", "no URL"]
)
def test_a_success_without_an_id_is_an_unknown_outcome(
    account: Account, location: dict[str, str]
) -> None:
    account.control.inject("status", "create", status=200, body="<html>", headers=location, times=1)

    assert isinstance(account.create_error(), Uncertain)


def test_a_refused_login_is_believed_only_if_it_persists(account: Account) -> None:
    account.control.inject("credentials")
    errors = []
    for _ in range(3):
        errors.append(account.create_error())
        account.clock.advance(2)

    assert [type(error) for error in errors] == [Unavailable, Unavailable, CredentialsRefused]
    assert all(error.outage for error in errors if isinstance(error, Unavailable))


def test_overload_shown_as_a_refused_login_is_never_taken_for_wrong_credentials(
    account: Account,
) -> None:
    for _ in range(5):
        account.control.inject("credentials", times=1)
        assert isinstance(account.create_error(), Unavailable)
        account.clock.advance(60)
        assert account.client.look(formatted_invoice()) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"account": "7654321"}, id="account"),
        pytest.param({"consumer_key": "x"}, id="consumer key"),
        pytest.param({"consumer_secret": "x"}, id="consumer secret"),
        pytest.param({"token_id": "x"}, id="token id"),
        pytest.param({"token_secret": "x"}, id="token secret"),
    ],
)
def test_wrong_credentials_are_refused_and_corrected_ones_accepted_without_a_restart(
    account: Account, wrong: dict[str, str]
) -> None:
    account.credentials = replace(GOOD, **wrong)
    for _ in range(3):
        error = account.create_error()
        account.clock.advance(2)
    account.credentials = GOOD

    created = account.client.create(formatted_invoice())

    assert isinstance(error, CredentialsRefused)
    assert error.response is not None
    assert ACCOUNT.token_secret not in error.reason + error.response.body
    assert created.document_id


def memo(number: int) -> FormattedInvoice:
    return formatted_invoice(invoice_id=f"memo-{number}", document_type="credit_memo")


def test_credit_memos_that_the_role_may_not_create_are_filed_while_invoices_continue(
    account: Account,
) -> None:
    account.control.configure(forbidden_record_types=["creditMemo"])
    firsts = [account.create_error(memo(number)) for number in range(33)]
    account.client.create(formatted_invoice())
    seconds = [account.create_error(memo(number)) for number in range(33)]
    thirds = [account.create_error(memo(number)) for number in range(33)]

    assert {(type(error), getattr(error, "about", None)) for error in firsts + seconds} == {
        (Unavailable, "settings")
    }
    for error in thirds:
        assert isinstance(error, Rejected)
        assert (error.code, error.retryable) == ("provider-rejected", True)
        assert "Transactions -> Credit Memo" in error.reason


def test_a_role_that_may_create_nothing_needs_an_operator(account: Account) -> None:
    account.control.configure(forbidden_record_types=["creditMemo", "invoice"])

    errors = [
        account.create_error(document)
        for _ in range(3)
        for document in (memo(1), formatted_invoice())
    ]

    assert [type(error) for error in errors] == [Unavailable] * 4 + [CredentialsRefused] * 2


def test_a_clock_that_is_off_is_named_instead_of_the_credentials(account: Account) -> None:
    account.control.inject("credentials")
    account.clock.advance(20 * 60)  # the answer's own time is that of the machine, years away

    error = account.create_error()

    assert "This machine's clock is" in error.reason
    assert "NS_CONSUMER" not in error.reason


def test_a_price_level_of_the_item_does_not_change_the_amount(account: Account) -> None:
    account.control.configure(base_prices={"501": "7.50"})

    account.client.create(formatted_invoice())

    assert account.control.documents()[0]["total"] == "100.00"


def test_an_amount_that_the_account_adds_shows_in_the_read_back(account: Account) -> None:
    account.control.configure(shipping_cost="15.00")
    created = account.client.create(formatted_invoice())

    shown = read(account, created.document_id)

    assert created.total is None
    assert shown is not None
    assert shown.total == Decimal("115.00")


def test_an_external_id_in_another_letter_case_is_ours(account: Account) -> None:
    created = account.client.create(formatted_invoice(invoice_id=INVOICE_ID.upper()))

    assert account.client.look(formatted_invoice()) == (expected(created.document_id),)


def test_an_id_of_another_record_type_is_taken_and_finds_nothing(account: Account) -> None:
    account.client.create(formatted_invoice(document_type="credit_memo"))

    assert isinstance(account.create_error(), AlreadyExists)
    assert account.client.look(formatted_invoice()) == ()


@pytest.mark.parametrize(
    "location",
    [
        pytest.param("/services/rest/record/v1/invoice", id="the collection"),
        pytest.param("/services/rest/record/v1/invoice/", id="an empty id"),
        pytest.param("/services/rest/async/v1/job/12", id="a job"),
        pytest.param("/", id="nothing"),
    ],
)
def test_a_location_without_an_id_is_an_unknown_outcome(account: Account, location: str) -> None:
    account.control.inject("status", "create", status=204, headers={"Location": location}, times=1)

    assert isinstance(account.create_error(), Uncertain)
