"""QuickBooks' simulator as seen by python-quickbooks and Intuit's own OAuth library."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from intuitlib.client import AuthClient
from intuitlib.exceptions import AuthClientError
from quickbooks import QuickBooks
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import (
    AuthorizationException,
    ObjectNotFoundException,
    QuickbooksException,
)
from quickbooks.objects import (
    CreditMemo,
    Customer,
    Invoice,
    Item,
    Preferences,
    SalesItemLine,
    SalesItemLineDetail,
)
from quickbooks.objects.base import Ref

from invoice_simulators.client import QuickBooksControl
from invoice_simulators.control import build_app
from invoice_simulators.quickbooks_online import QuickBooksOnline, QuickBooksOnlineSettings
from invoice_simulators.server import SimulatorServer

COMPANY = QuickBooksOnlineSettings()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with SimulatorServer(build_app(QuickBooksOnline())) as server:
        yield server.url


@pytest.fixture
def control(url: str) -> QuickBooksControl:
    control = QuickBooksControl(url)
    control.reset()
    return control


@pytest.fixture
def login(control: QuickBooksControl, url: str) -> AuthClient:
    return AuthClient(
        COMPANY.client_id,
        COMPANY.client_secret,
        "http://localhost/callback",
        f"{url}/.well-known/openid_configuration",
        refresh_token=COMPANY.refresh_token,
    )


@pytest.fixture
def books(login: AuthClient, url: str, monkeypatch: pytest.MonkeyPatch) -> QuickBooks:
    class Company(QuickBooks):  # type: ignore[misc]  # it has no types
        """The client with other addresses: its own are Intuit's."""

        api_url_v3 = sandbox_api_url_v3 = f"{url}/v3"

    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # loopback has no certificate
    login.refresh()
    return Company(
        auth_client=login,
        refresh_token=login.refresh_token,
        company_id=COMPANY.realm_id,
        minorversion=75,
    )


def ref(value: str) -> Ref:
    reference = Ref()
    reference.value = value
    return reference


def draft(kind: Any = Invoice, amount: float = 10.0, number: str | None = None) -> Any:
    document = kind()
    line = SalesItemLine()
    detail = SalesItemLineDetail()
    detail.ItemRef = ref("77")
    detail.Qty = 2
    detail.UnitPrice = 5
    line.Amount = amount
    line.Description = "d"
    line.SalesItemLineDetail = detail
    document.CustomerRef = ref("1")
    document.CurrencyRef = ref("USD")
    document.DocNumber = number or uuid4().hex[:21]
    document.PrivateNote = str(uuid4())
    document.TxnDate = "2026-11-02"
    document.Line.append(line)
    return document


def code_of(call: Any) -> int:
    with pytest.raises(QuickbooksException) as refused:
        call()
    return int(refused.value.error_code)


def test_tokens_rotate_and_the_old_one_is_invalid(login: AuthClient) -> None:
    first = login.refresh_token

    login.refresh()

    assert login.access_token
    assert login.refresh_token != first
    assert (login.expires_in, login.x_refresh_token_expires_in) == (3600, 8_640_000)
    with pytest.raises(AuthClientError, match="invalid_grant"):
        login.refresh(refresh_token=first)


@pytest.mark.parametrize("kind", [Invoice, CreditMemo])
def test_everything_that_the_library_sends_itself_is_accepted(books: QuickBooks, kind: Any) -> None:
    document = draft(kind)

    document.save(qb=books)

    books.use_decimal = True
    read = kind.get(document.Id, qb=books)
    assert (read.DocNumber, read.PrivateNote) == (document.DocNumber, document.PrivateNote)
    assert (read.TotalAmt, read.SyncToken) == (Decimal("10.00"), "0")
    assert [line.DetailType for line in read.Line] == ["SalesItemLineDetail", "SubTotalLineDetail"]


def test_a_request_id_creates_once(control: QuickBooksControl, books: QuickBooks) -> None:
    first = draft()
    second = draft()

    first.save(qb=books, request_id="r-1")
    second.save(qb=books, request_id="r-1")

    assert first.Id == second.Id
    assert len(control.documents()) == 1


def test_queries_filter_count_order_and_page(books: QuickBooks) -> None:
    for number in ("A-1", "A-2", "A-3"):
        draft(number=number).save(qb=books)

    def numbers(found: list[Any]) -> list[str]:
        return [each.DocNumber for each in found]

    assert numbers(Invoice.filter(DocNumber="A-2", qb=books)) == ["A-2"]
    assert numbers(Invoice.choose(["A-1", "A-3"], field="DocNumber", qb=books)) == ["A-1", "A-3"]
    assert numbers(
        Invoice.filter(order_by="DocNumber DESC", max_results=1, CustomerRef="1", qb=books)
    ) == ["A-3"]
    assert numbers(Invoice.all(start_position=2, max_results=2, qb=books)) == ["A-2", "A-3"]
    assert Invoice.count("TxnDate = '2026-11-02' AND TotalAmt = '10.00'", qb=books) == 3
    assert code_of(lambda: Invoice.where("PrivateNote = 'x'", qb=books)) == 4001


def test_a_saved_document_is_updated_and_a_stale_one_refused(
    control: QuickBooksControl, books: QuickBooks
) -> None:
    document = draft()
    document.save(qb=books)
    read, stale = (Invoice.get(document.Id, qb=books) for _ in range(2))

    read.PrivateNote = "changed"
    changed = read.save(qb=books)

    assert (changed.Id, changed.SyncToken, changed.PrivateNote) == (document.Id, "1", "changed")
    assert len(control.documents()) == 1
    assert code_of(lambda: stale.save(qb=books)) == 5010


def test_a_voided_invoice_stays_and_a_deleted_one_disappears(
    control: QuickBooksControl, books: QuickBooks
) -> None:
    voided = draft()
    deleted = draft()
    for document in (voided, deleted):
        document.save(qb=books)
    held = [Invoice.get(document.Id, qb=books) for document in (voided, deleted)]

    held[0].void(qb=books)
    held[1].delete(qb=books)

    read = Invoice.get(voided.Id, qb=books)
    assert (read.TotalAmt, read.PrivateNote) == (0, f"Voided {voided.PrivateNote}")
    with pytest.raises(ObjectNotFoundException, match="Another user has deleted this transaction"):
        Invoice.get(deleted.Id, qb=books)
    changes: Any = change_data_capture([Invoice], "2026-01-01", qb=books)
    found = [(each.Id, getattr(each, "status", None)) for each in changes.Invoice._object_list]
    assert found == [(voided.Id, None), (deleted.Id, "Deleted")]
    assert [each["state"] for each in control.documents()] == ["void"]


def test_preferences_customers_and_items_are_read(
    control: QuickBooksControl, books: QuickBooks
) -> None:
    control.configure(custom_transaction_numbers=False, unknown_customers=["9"])

    assert Preferences.get(qb=books).SalesFormsPrefs.CustomTxnNumbers is False
    assert Customer.get(1, qb=books).DisplayName == "Customer 1"
    assert [each.Id for each in Item.filter(Id="77", qb=books)] == ["77"]
    with pytest.raises(ObjectNotFoundException):
        Customer.get(9, qb=books)


def test_a_document_that_quickbooks_refuses_is_refused(
    control: QuickBooksControl, books: QuickBooks
) -> None:
    taken = draft()
    nobody = draft()
    taken.save(qb=books)
    nobody.CustomerRef = ref("nobody")

    assert code_of(lambda: draft(number=taken.DocNumber).save(qb=books)) == 6140
    assert code_of(lambda: draft(amount=11.0).save(qb=books)) == 6070
    assert code_of(lambda: nobody.save(qb=books)) == 2500
    assert code_of(lambda: books.get_single_object("Bill", pk=1)) == 500
    assert len(control.documents()) == 1


def test_a_token_that_ended_is_refused_by_the_gateway(
    control: QuickBooksControl, books: QuickBooks
) -> None:
    control.configure(access_token_seconds=0)

    with pytest.raises(AuthorizationException):
        Preferences.get(qb=books)
