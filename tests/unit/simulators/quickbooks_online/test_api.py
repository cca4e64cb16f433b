"""QuickBooks Online's API: tokens, idempotency, document numbers, queries."""

from dataclasses import replace

import pytest

from invoice_simulators.client import ControlClient
from invoice_simulators.quickbooks_online import PUBLISHED_LIMITS
from tests.unit.simulators.quickbooks_client import BODY, INVOICE_ID, code_of, company, refresh


def test_a_created_invoice_is_returned_with_id_and_total(
    quickbooks: ControlClient, quickbooks_url: str
) -> None:
    response = company(quickbooks_url).post(BODY, minorversion="75")

    shown = response.json()["Invoice"]
    assert (response.status_code, shown["TotalAmt"], shown["SyncToken"]) == (200, 10.25, "0")
    assert "intuit_tid" in response.headers
    document = quickbooks.documents()[0]
    assert (document["id"], document["external_id"], document["total"]) == (
        shown["Id"],
        INVOICE_ID,
        "10.25",
    )
    assert [item["amount"] for item in document["lines"]] == ["12.5", "-2.25"]


def test_a_repeated_request_id_returns_the_first_answer(
    quickbooks: ControlClient, quickbooks_url: str
) -> None:
    books = company(quickbooks_url)

    first, second = (books.post(BODY, requestid="r1").json() for _ in range(2))

    assert first == second
    assert len(quickbooks.documents()) == 1


def test_a_request_id_has_at_most_50_characters(
    quickbooks: ControlClient, quickbooks_url: str
) -> None:
    assert code_of(company(quickbooks_url).post(BODY, requestid="x" * 51)) == "2050"


def test_a_taken_document_number_names_its_document(
    quickbooks: ControlClient, quickbooks_url: str
) -> None:
    books = company(quickbooks_url)
    first = books.post(BODY).json()["Invoice"]

    response = books.post(BODY)

    detail = response.json()["Fault"]["Error"][0]["Detail"]
    assert (response.status_code, code_of(response)) == (400, "6140")
    assert detail.endswith(
        f"DocNumber={BODY['DocNumber']} is assigned to TxnType=Invoice with TxnId={first['Id']}"
    )


def test_without_the_preference_document_numbers_are_not_unique(
    quickbooks: ControlClient, quickbooks_url: str
) -> None:
    quickbooks.configure(warn_duplicate_numbers=False)
    books = company(quickbooks_url)

    assert [books.post(BODY).status_code for _ in range(2)] == [200, 200]
    assert len(quickbooks.documents()) == 2


def test_messages_follow_the_language_and_codes_do_not(
    quickbooks: ControlClient, quickbooks_url: str
) -> None:
    quickbooks.configure(language="fr")
    books = company(quickbooks_url)
    books.post(BODY)

    response = books.post(BODY)

    assert code_of(response) == "6140"
    assert (
        response.json()["Fault"]["Error"][0]["Message"] == "Erreur de numéro de document en double"
    )


def test_credit_memos_have_their_own_numbers(
    quickbooks: ControlClient, quickbooks_url: str
) -> None:
    books = company(quickbooks_url)

    assert books.post(BODY).status_code == books.post(BODY, "creditmemo").status_code == 200
    assert [document["document_type"] for document in quickbooks.documents()] == [
        "invoice",
        "credit_memo",
    ]


def test_a_transaction_is_read_by_id_and_entity(
    quickbooks: ControlClient, quickbooks_url: str
) -> None:
    books = company(quickbooks_url)
    transaction_id = books.post(BODY).json()["Invoice"]["Id"]

    assert books.get(transaction_id).json()["Invoice"]["PrivateNote"] == BODY["PrivateNote"]
    assert code_of(books.get(transaction_id, "creditmemo")) == "610"


@pytest.mark.parametrize(
    ("where", "found"),
    [
        pytest.param("where DocNumber = 'A-2'", ["A-2"], id="by number"),
        pytest.param("where DocNumber = 'none'", [], id="nothing found"),
        pytest.param(
            "where TxnDate >= '2026-11-02' and DocNumber < 'A-3'",
            ["A-2"],
            id="conditions joined by and",
        ),
        pytest.param("where Id = '1'", ["A-1"], id="by id"),
        pytest.param("startposition 2 maxresults 1", ["A-2"], id="a page"),
        pytest.param("", ["A-1", "A-2", "A-3"], id="all"),
    ],
)
def test_a_query_finds(
    quickbooks: ControlClient, quickbooks_url: str, where: str, found: list[str]
) -> None:
    books = company(quickbooks_url)
    for day in (1, 2, 3):
        books.post(BODY | {"DocNumber": f"A-{day}", "TxnDate": f"2026-11-0{day}"})

    answer = books.query(f"select * from Invoice {where}").json()["QueryResponse"]

    assert [invoice["DocNumber"] for invoice in answer.get("Invoice", [])] == found


@pytest.mark.parametrize(
    "text", ["select * from Bill", "drop table Invoice", "select * from Invoice where Memo = 'x'"]
)
def test_an_unsupported_query_is_refused(
    quickbooks: ControlClient, quickbooks_url: str, text: str
) -> None:
    assert code_of(company(quickbooks_url).query(text)) == "4000"


def test_a_voided_document_stays_with_zero_and_a_deleted_one_disappears(
    quickbooks: ControlClient, quickbooks_url: str
) -> None:
    books = company(quickbooks_url)
    first = books.post(BODY).json()["Invoice"]
    second = books.post(BODY | {"DocNumber": "B"}).json()["Invoice"]

    books.post({"Id": first["Id"], "SyncToken": "0"}, operation="void")
    books.post({"Id": second["Id"], "SyncToken": "0"}, operation="delete")

    assert [(each["id"], each["total"], each["state"]) for each in quickbooks.documents()] == [
        (first["Id"], "0", "void")
    ]
    assert code_of(books.post({"Id": first["Id"], "SyncToken": "9"}, operation="void")) == "5010"


def test_every_refresh_rotates_and_ends_the_old_token(
    quickbooks: ControlClient, quickbooks_url: str
) -> None:
    second = refresh(quickbooks_url).json()["refresh_token"]

    again = refresh(quickbooks_url)

    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert refresh(quickbooks_url, second).status_code == 200


def test_without_rotation_the_same_token_is_returned_again(
    quickbooks: ControlClient, quickbooks_url: str
) -> None:
    quickbooks.configure(rotate_refresh_tokens=False)

    tokens = {refresh(quickbooks_url).json()["refresh_token"] for _ in range(2)}

    assert tokens == {"simulated-refresh-token-0"}


def test_a_wrong_client_gets_no_token(quickbooks: ControlClient, quickbooks_url: str) -> None:
    response = refresh(quickbooks_url, client=("simulated-client-id", "wrong"))

    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


def test_an_expired_token_is_answered_401_in_the_gateways_format(
    quickbooks: ControlClient, quickbooks_url: str
) -> None:
    books = company(quickbooks_url)
    quickbooks.configure(access_token_seconds=0)

    response = books.post(BODY)

    assert (response.status_code, response.json()["fault"]["error"][0]["code"]) == (401, "3200")


def test_another_company_is_answered_403(quickbooks: ControlClient, quickbooks_url: str) -> None:
    response = replace(company(quickbooks_url), realm="1").post(BODY)

    assert (response.status_code, response.json()["fault"]["error"][0]["code"]) == (403, "3100")


def test_the_published_rate_throttles(quickbooks: ControlClient, quickbooks_url: str) -> None:
    books = company(quickbooks_url)
    quickbooks.limit(**PUBLISHED_LIMITS)

    answers = [books.get("1") for _ in range(11)]

    assert answers[-1].status_code == 429
    assert answers[-1].json()["fault"]["error"][0]["code"] == "3001"
