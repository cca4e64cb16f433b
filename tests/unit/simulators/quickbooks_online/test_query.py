"""What queries find in QuickBooks, and what can be read beside transactions."""

import pytest

from invoice_simulators.client import QuickBooksControl
from tests.unit.simulators.quickbooks_client import BODY, Company, code_of


def test_the_preferences_show_one_of_the_two_that_protect_numbers(
    quickbooks: QuickBooksControl, books: Company
) -> None:
    quickbooks.configure(custom_transaction_numbers=False)

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
def test_a_query_can_use_further_fields(
    quickbooks: QuickBooksControl, books: Company, where: str, found: list[str]
) -> None:
    for day in (1, 2, 3):
        books.create(DocNumber=f"A-{day}", TxnDate=f"2026-11-0{day}")

    assert books.numbers(where) == found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param(
            "select * from Invoice where PrivateNote = 'x'", "4001", id="the note is not queryable"
        ),
        pytest.param(
            "select * from Invoice where CustomField = 'x'", "4001", id="nor a custom field"
        ),
        pytest.param("select * from Invoice startposition 0", "4001", id="positions start at 1"),
        pytest.param(
            "select * from Invoice where Balance > 'much'", "4001", id="a number must be a number"
        ),
        pytest.param("select * from invoice", "4000", id="the entity is case-sensitive"),
        pytest.param(
            "select * from Invoice where Id = '1' or Id = '2'", "4000", id="there is no OR"
        ),
    ],
)
def test_an_invalid_query_is_refused(books: Company, text: str, code: str) -> None:
    books.create()

    assert code_of(books.query(text)) == code


def test_a_query_can_count(quickbooks: QuickBooksControl, books: Company) -> None:
    books.create()

    assert books.query("select count(*) from Invoice").json()["QueryResponse"] == {"totalCount": 1}


def test_the_total_is_not_queryable_if_set(quickbooks: QuickBooksControl, books: Company) -> None:
    quickbooks.configure(total_is_queryable=False)

    assert code_of(books.query("select * from Invoice where TotalAmt = '1'")) == "4001"


def test_queries_lag_behind_reads_by_id(quickbooks: QuickBooksControl, books: Company) -> None:
    quickbooks.configure(lookup_lag_seconds=None)
    created = books.create()

    assert books.numbers() == []
    assert books.get(created["Id"]).status_code == 200
    quickbooks.settle()
    assert books.numbers() == [BODY["DocNumber"]]


def test_customers_and_items_are_read_and_queried_by_id(
    quickbooks: QuickBooksControl, books: Company
) -> None:
    quickbooks.configure(unknown_customers=["5"], inactive_items=["77"])

    assert books.read("customer/4").json()["Customer"]["Active"] is True
    assert code_of(books.read("customer/5")) == "610"
    assert books.read("item/77").json()["Item"]["Active"] is False
    found = books.query("select * from Customer where Id in ('4', '5')").json()["QueryResponse"][
        "Customer"
    ]
    assert [each["Id"] for each in found] == ["4"]
    assert books.query("select * from Item where Id = '77'").json()["QueryResponse"] == {}
