"""The effects of people, time and updates on QuickBooks' transactions, as a client sees them."""

import pytest

from invoice_simulators.client import QuickBooksControl
from tests.unit.simulators.quickbooks_client import BODY, INVOICE_ID, Company, code_of


def test_a_voided_invoice_keeps_only_its_number(
    quickbooks: QuickBooksControl, books: Company
) -> None:
    created = books.create()

    quickbooks.void(created["Id"])

    (found,) = books.query(f"select * from Invoice where DocNumber = '{BODY['DocNumber']}'").json()[
        "QueryResponse"
    ]["Invoice"]
    assert (found["TotalAmt"], found["Balance"], found["SyncToken"]) == (0, 0, "1")
    assert found["PrivateNote"] == f"Voided {BODY['PrivateNote']}"
    assert {line["Amount"] for line in found["Line"]} == {0}
    assert code_of(books.post(BODY)) == "6140"


def test_a_credit_memo_cannot_be_voided(quickbooks: QuickBooksControl, books: Company) -> None:
    memo = books.post(BODY, "creditmemo").json()["CreditMemo"]

    response = books.post({"Id": memo["Id"], "SyncToken": "0"}, "creditmemo", operation="void")

    assert code_of(response) == "500"
    with pytest.raises(ValueError, match="Unsupported Operation"):
        quickbooks.void(memo["Id"])


def test_a_deleted_invoice_is_gone_but_its_request_id_still_answers(
    quickbooks: QuickBooksControl, books: Company
) -> None:
    created = books.post(BODY, requestid="r1").json()["Invoice"]

    quickbooks.delete(created["Id"])

    assert books.post(BODY, requestid="r1").json()["Invoice"]["Id"] == created["Id"]
    assert (
        "Another user has deleted" in books.get(created["Id"]).json()["Fault"]["Error"][0]["Detail"]
    )
    assert books.numbers(f"where DocNumber = '{BODY['DocNumber']}'") == []
    assert quickbooks.documents() == []


def test_a_forgotten_request_id_creates_again(
    quickbooks: QuickBooksControl, books: Company
) -> None:
    quickbooks.configure(warn_duplicate_numbers=False)
    books.post(BODY, requestid="r1")

    quickbooks.forget_request_ids()
    books.post(BODY, requestid="r1")

    assert len(quickbooks.documents()) == 2


@pytest.mark.parametrize(("replay_refusals", "second"), [(False, 200), (True, 400)])
def test_whether_a_refusal_is_replayed_is_configurable(
    quickbooks: QuickBooksControl, books: Company, replay_refusals: bool, second: int
) -> None:
    quickbooks.configure(replay_refusals=replay_refusals, unknown_customers=["1001"])
    assert books.post(BODY, requestid="r1").status_code == 400

    quickbooks.configure(unknown_customers=[])

    assert books.post(BODY, requestid="r1").status_code == second


def test_people_can_edit_everything(quickbooks: QuickBooksControl, books: Company) -> None:
    created = books.create()

    quickbooks.edit(created["Id"], total="99.00", note="gone", number="N-1", customer_id="7")

    (document,) = quickbooks.documents()
    assert (document["total"], document["note"], document["doc_number"]) == ("99.00", "gone", "N-1")
    assert (document["external_id"], document["customer_id"]) == (None, "7")
    assert books.numbers(f"where DocNumber = '{BODY['DocNumber']}'") == []
    assert books.numbers("where DocNumber = 'N-1'") == ["N-1"]
    assert books.create()["DocNumber"] == BODY["DocNumber"], "the old number is free"


def test_a_payment_lowers_the_balance_and_prevents_the_deletion(
    quickbooks: QuickBooksControl, books: Company
) -> None:
    created = books.create()

    quickbooks.pay(created["Id"], "4.25")
    part = books.get(created["Id"]).json()["Invoice"]
    quickbooks.pay(created["Id"])

    assert (part["Balance"], part["LinkedTxn"][0]["TxnType"]) == (6, "Payment")
    assert [each["state"] for each in quickbooks.documents()] == ["paid"]
    assert (
        code_of(books.post({"Id": created["Id"], "SyncToken": "2"}, operation="delete")) == "6000"
    )


def test_an_update_does_not_create(quickbooks: QuickBooksControl, books: Company) -> None:
    created = books.create()

    changed = books.post(
        {**BODY, "Id": created["Id"], "SyncToken": "0", "PrivateNote": "new"}
    ).json()["Invoice"]
    sparse = {"Id": created["Id"], "SyncToken": "1", "sparse": True, "DueDate": "2026-12-01"}
    again = books.post(sparse).json()["Invoice"]

    assert (changed["Id"], changed["SyncToken"], changed["PrivateNote"]) == (
        created["Id"],
        "1",
        "new",
    )
    assert (again["PrivateNote"], again["DueDate"], again["TotalAmt"]) == (
        "new",
        "2026-12-01",
        10.25,
    )
    assert len(quickbooks.documents()) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param({"SyncToken": "7"}, "5010", id="a stale token"),
        pytest.param({}, "2020", id="no token"),
        pytest.param({"Id": "99", "SyncToken": "0"}, "610", id="another id"),
    ],
)
def test_an_update_needs(
    quickbooks: QuickBooksControl, books: Company, body: dict[str, str], code: str
) -> None:
    created = books.create()

    assert code_of(books.post({**BODY, "Id": created["Id"], **body})) == code


def test_a_company_that_numbers_by_itself_ignores_ours(
    quickbooks: QuickBooksControl, books: Company
) -> None:
    quickbooks.configure(custom_transaction_numbers=False)

    numbers = [books.create()["DocNumber"] for _ in range(2)]

    assert numbers == ["1001", "1002"]
    quickbooks.configure(keep_sent_numbers=True)
    assert [books.create()["DocNumber"] for _ in range(2)] == [BODY["DocNumber"]] * 2


def test_quickbooks_assigns_a_number_on_request(
    quickbooks: QuickBooksControl, books: Company
) -> None:
    assert books.create(DocNumber="AUTO_GENERATE")["DocNumber"] == "1001"
    assert books.create(DocNumber=None)["DocNumber"] is None


def test_changes_include_recently_deleted_documents(
    quickbooks: QuickBooksControl, books: Company
) -> None:
    first = books.create()
    second = books.create(DocNumber="B")
    quickbooks.delete(first["Id"])

    answer = books.read("cdc", entities="Invoice,CreditMemo", changedSince="2020-01-01").json()[
        "CDCResponse"
    ][0]

    invoices, memos = answer["QueryResponse"]
    assert [(each["Id"], each.get("status")) for each in invoices["Invoice"]] == [
        (second["Id"], None),
        (first["Id"], "Deleted"),
    ]
    assert "PrivateNote" not in invoices["Invoice"][1]
    assert memos == {}
    later = books.read("cdc", entities="Invoice", changedSince="2999-01-01T00:00:00-07:00").json()[
        "CDCResponse"
    ][0]
    assert later["QueryResponse"] == [{}]


def test_a_line_without_an_item_is_a_note(quickbooks: QuickBooksControl, books: Company) -> None:
    note = {"Amount": 5, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {}}

    assert books.create(Line=[*BODY["Line"], note])["TotalAmt"] == 10.25


@pytest.mark.parametrize("path", ["bill/1", "companyinfo/1", "nothing"])
def test_an_unknown_operation_is_answered_as_unsupported(books: Company, path: str) -> None:
    response = books.read(path)

    assert (response.status_code, code_of(response)) == (400, "500")


def test_the_first_uuid_of_the_note_is_the_external_id(
    quickbooks: QuickBooksControl, books: Company
) -> None:
    books.create()

    assert quickbooks.documents()[0]["external_id"] == INVOICE_ID
