"""What people, time and updates do to QuickBooks' transactions, and what a client sees of it."""

from typing import Any

import pytest
import requests

from invoice_simulators.client import QuickBooksControl
from tests.unit.simulators.quickbooks_client import BODY, INVOICE_ID, Company, company


@pytest.fixture
def control(quickbooks: object, quickbooks_url: str) -> QuickBooksControl:
    return QuickBooksControl(quickbooks_url)


@pytest.fixture
def books(control: QuickBooksControl, quickbooks_url: str) -> Company:
    return company(quickbooks_url)


def _code(response: requests.Response) -> str:
    code: str = response.json()["Fault"]["Error"][0]["code"]
    return code


def _create(books: Company, **changes: Any) -> dict[str, Any]:
    shown: dict[str, Any] = books.post(BODY | changes).json()["Invoice"]
    return shown


def _numbers(books: Company, where: str) -> list[str]:
    found = books.query(f"select * from Invoice {where}").json()["QueryResponse"]
    return [invoice["DocNumber"] for invoice in found.get("Invoice", [])]


def test_a_voided_invoice_keeps_its_number_and_nothing_else(control: QuickBooksControl, books: Company) -> None:
    created = _create(books)

    control.void(created["Id"])

    (found,) = books.query(f"select * from Invoice where DocNumber = '{BODY['DocNumber']}'").json()["QueryResponse"][
        "Invoice"
    ]
    assert (found["TotalAmt"], found["Balance"], found["SyncToken"]) == (0, 0, "1")
    assert found["PrivateNote"] == f"Voided {BODY['PrivateNote']}"
    assert {line["Amount"] for line in found["Line"]} == {0}
    assert _code(books.post(BODY)) == "6140"


def test_a_credit_memo_cannot_be_voided(control: QuickBooksControl, books: Company) -> None:
    memo = books.post(BODY, "creditmemo").json()["CreditMemo"]

    response = books.post({"Id": memo["Id"], "SyncToken": "0"}, "creditmemo", operation="void")

    assert _code(response) == "500"
    with pytest.raises(ValueError, match="Unsupported Operation"):
        control.void(memo["Id"])


def test_a_deleted_invoice_is_gone_but_its_request_id_still_answers(control: QuickBooksControl, books: Company) -> None:
    created = books.post(BODY, requestid="r1").json()["Invoice"]

    control.delete(created["Id"])

    assert books.post(BODY, requestid="r1").json()["Invoice"]["Id"] == created["Id"]
    assert "Another user has deleted" in books.get(created["Id"]).json()["Fault"]["Error"][0]["Detail"]
    assert _numbers(books, f"where DocNumber = '{BODY['DocNumber']}'") == []
    assert control.documents() == []


def test_a_forgotten_request_id_creates_again(control: QuickBooksControl, books: Company) -> None:
    control.configure(warn_duplicate_numbers=False)
    books.post(BODY, requestid="r1")

    control.forget_request_ids()
    books.post(BODY, requestid="r1")

    assert len(control.documents()) == 2


@pytest.mark.parametrize(("replay_refusals", "second"), [(False, 200), (True, 400)])
def test_whether_a_refusal_is_replayed_is_a_switch(
    control: QuickBooksControl, books: Company, replay_refusals: bool, second: int
) -> None:
    control.configure(replay_refusals=replay_refusals, unknown_customers=["1001"])
    assert books.post(BODY, requestid="r1").status_code == 400

    control.configure(unknown_customers=[])

    assert books.post(BODY, requestid="r1").status_code == second


def test_people_edit_what_they_like(control: QuickBooksControl, books: Company) -> None:
    created = _create(books)

    control.edit(created["Id"], total="99.00", note="gone", number="N-1", customer_id="7")

    (document,) = control.documents()
    assert (document["total"], document["note"], document["doc_number"]) == ("99.00", "gone", "N-1")
    assert (document["external_id"], document["customer_id"]) == (None, "7")
    assert _numbers(books, f"where DocNumber = '{BODY['DocNumber']}'") == []
    assert _numbers(books, "where DocNumber = 'N-1'") == ["N-1"]
    assert _create(books)["DocNumber"] == BODY["DocNumber"], "the old number is free"


def test_a_payment_lowers_the_balance_and_bars_the_deletion(control: QuickBooksControl, books: Company) -> None:
    created = _create(books)

    control.pay(created["Id"], "4.25")
    part = books.get(created["Id"]).json()["Invoice"]
    control.pay(created["Id"])

    assert (part["Balance"], part["LinkedTxn"][0]["TxnType"]) == (6, "Payment")
    assert [each["state"] for each in control.documents()] == ["paid"]
    assert _code(books.post({"Id": created["Id"], "SyncToken": "2"}, operation="delete")) == "6000"


def test_an_update_is_no_create(control: QuickBooksControl, books: Company) -> None:
    created = _create(books)

    changed = books.post({**BODY, "Id": created["Id"], "SyncToken": "0", "PrivateNote": "new"}).json()["Invoice"]
    sparse = {"Id": created["Id"], "SyncToken": "1", "sparse": True, "DueDate": "2026-12-01"}
    again = books.post(sparse).json()["Invoice"]

    assert (changed["Id"], changed["SyncToken"], changed["PrivateNote"]) == (created["Id"], "1", "new")
    assert (again["PrivateNote"], again["DueDate"], again["TotalAmt"]) == ("new", "2026-12-01", 10.25)
    assert len(control.documents()) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param({"SyncToken": "7"}, "5010", id="a stale token"),
        pytest.param({}, "2020", id="no token"),
        pytest.param({"Id": "99", "SyncToken": "0"}, "610", id="another id"),
    ],
)
def test_an_update_needs(control: QuickBooksControl, books: Company, body: dict[str, str], code: str) -> None:
    created = _create(books)

    assert _code(books.post({**BODY, "Id": created["Id"], **body})) == code


def test_a_company_that_numbers_by_itself_ignores_ours(control: QuickBooksControl, books: Company) -> None:
    control.configure(custom_transaction_numbers=False)

    numbers = [_create(books)["DocNumber"] for _ in range(2)]

    assert numbers == ["1001", "1002"]
    control.configure(keep_sent_numbers=True)
    assert [_create(books)["DocNumber"] for _ in range(2)] == [BODY["DocNumber"]] * 2


def test_quickbooks_gives_a_number_where_it_is_asked_to(control: QuickBooksControl, books: Company) -> None:
    assert _create(books, DocNumber="AUTO_GENERATE")["DocNumber"] == "1001"
    assert _create(books, DocNumber=None)["DocNumber"] is None


def test_the_preferences_show_one_of_the_two_that_guard_numbers(control: QuickBooksControl, books: Company) -> None:
    control.configure(custom_transaction_numbers=False)

    read = books.read("preferences").json()["Preferences"]
    queried = books.query("select * from Preferences").json()["QueryResponse"]["Preferences"]

    assert read["SalesFormsPrefs"] == {"CustomTxnNumbers": False}
    assert queried == [read]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("where CustomerRef = '1001' and TxnDate >= '2026-11-02'", ["A-2", "A-3"]),
        ("where CustomerRef in ('7', '1001') and TotalAmt = '10.25'", ["A-1", "A-2", "A-3"]),
        ("where DocNumber like 'A%' orderby TxnDate desc", ["A-3", "A-2", "A-1"]),
        ("where Balance > '0' ORDER BY DocNumber MAXRESULTS 1", ["A-1"]),
        ("where MetaData.CreateTime > '2020-01-01T00:00:00Z' startposition 3", ["A-3"]),
        ("where CustomerRef = '7'", []),
    ],
)
def test_a_query_finds_by_more(control: QuickBooksControl, books: Company, where: str, found: list[str]) -> None:
    for day in (1, 2, 3):
        _create(books, DocNumber=f"A-{day}", TxnDate=f"2026-11-0{day}")

    assert _numbers(books, where) == found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("select * from Invoice where PrivateNote = 'x'", "4001", id="the note is not queryable"),
        pytest.param("select * from Invoice where CustomField = 'x'", "4001", id="nor a custom field"),
        pytest.param("select * from Invoice startposition 0", "4001", id="positions start at 1"),
        pytest.param("select * from Invoice where Balance > 'much'", "4001", id="a number is one"),
        pytest.param("select * from invoice", "4000", id="the entity is written as it is"),
        pytest.param("select * from Invoice where Id = '1' or Id = '2'", "4000", id="there is no OR"),
    ],
)
def test_a_query_is_refused(books: Company, text: str, code: str) -> None:
    _create(books)

    assert _code(books.query(text)) == code


def test_a_query_counts(control: QuickBooksControl, books: Company) -> None:
    _create(books)

    assert books.query("select count(*) from Invoice").json()["QueryResponse"] == {"totalCount": 1}


def test_the_total_is_not_queryable_where_so_set(control: QuickBooksControl, books: Company) -> None:
    control.configure(total_is_queryable=False)

    assert _code(books.query("select * from Invoice where TotalAmt = '1'")) == "4001"


def test_queries_lag_behind_reads_by_id(control: QuickBooksControl, books: Company) -> None:
    control.configure(lookup_lag_seconds=None)
    created = _create(books)

    assert _numbers(books, "") == []
    assert books.get(created["Id"]).status_code == 200
    control.settle()
    assert _numbers(books, "") == [BODY["DocNumber"]]


def test_customers_and_items_are_read_and_queried_by_id(control: QuickBooksControl, books: Company) -> None:
    control.configure(unknown_customers=["5"], inactive_items=["77"])

    assert books.read("customer/4").json()["Customer"]["Active"] is True
    assert _code(books.read("customer/5")) == "610"
    assert books.read("item/77").json()["Item"]["Active"] is False
    found = books.query("select * from Customer where Id in ('4', '5')").json()["QueryResponse"]["Customer"]
    assert [each["Id"] for each in found] == ["4"]
    assert books.query("select * from Item where Id = '77'").json()["QueryResponse"] == {}


def test_changes_name_what_was_deleted_last(control: QuickBooksControl, books: Company) -> None:
    first, second = _create(books), _create(books, DocNumber="B")
    control.delete(first["Id"])

    answer = books.read("cdc", entities="Invoice,CreditMemo", changedSince="2020-01-01").json()["CDCResponse"][0]

    invoices, memos = answer["QueryResponse"]
    assert [(each["Id"], each.get("status")) for each in invoices["Invoice"]] == [
        (second["Id"], None),
        (first["Id"], "Deleted"),
    ]
    assert "PrivateNote" not in invoices["Invoice"][1]
    assert memos == {}
    later = books.read("cdc", entities="Invoice", changedSince="2999-01-01T00:00:00-07:00").json()["CDCResponse"][0]
    assert later["QueryResponse"] == [{}]


def test_a_line_without_an_item_is_a_note(control: QuickBooksControl, books: Company) -> None:
    note = {"Amount": 5, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {}}

    assert _create(books, Line=[*BODY["Line"], note])["TotalAmt"] == 10.25


@pytest.mark.parametrize("path", ["bill/1", "companyinfo/1", "nothing"])
def test_what_is_not_served_is_an_operation_that_is_not_supported(books: Company, path: str) -> None:
    response = books.read(path)

    assert (response.status_code, _code(response)) == (400, "500")


def test_the_first_uuid_of_the_note_is_the_external_id(control: QuickBooksControl, books: Company) -> None:
    _create(books)

    assert control.documents()[0]["external_id"] == INVOICE_ID
