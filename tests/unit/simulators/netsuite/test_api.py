"""NetSuite's API: signatures, creating, reading, and refusals in its own format."""

from typing import Any

import pytest
import requests
from oauthlib.oauth1 import Client

from invoice_simulators.client import ControlClient
from tests.unit.simulators.netsuite_client import BODY, RECORDS, code_of, create, credentials, read

EXTERNAL_ID = BODY["externalId"]


def test_a_created_invoice_has_its_url_in_location_and_no_body(
    netsuite: ControlClient, netsuite_url: str
) -> None:
    response = create(netsuite_url, BODY)

    document = netsuite.documents()[0]
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["Location"] == f"{netsuite_url}{RECORDS}/invoice/{document['id']}"
    assert (document["external_id"], document["document_type"]) == (EXTERNAL_ID, "invoice")
    assert (document["total"], document["currency"]) == ("10.25", "USD")
    assert [line["amount"] for line in document["lines"]] == ["12.5", "-2.25"]


def test_a_credit_memo_is_a_record_of_its_own(netsuite: ControlClient, netsuite_url: str) -> None:
    assert create(netsuite_url, BODY).status_code == 204
    assert create(netsuite_url, BODY | {"externalId": "another"}, "creditMemo").status_code == 204

    assert [document["document_type"] for document in netsuite.documents()] == [
        "invoice",
        "credit_memo",
    ]


def test_an_external_id_is_taken_once(netsuite: ControlClient, netsuite_url: str) -> None:
    create(netsuite_url, BODY)

    response = create(netsuite_url, BODY)

    detail = response.json()["o:errorDetails"][0]
    assert (response.status_code, detail["o:errorCode"]) == (400, "USER_ERROR")
    assert detail["detail"].endswith("This record already exists.")
    assert len(netsuite.documents()) == 1


def test_a_record_is_read_by_external_id_with_its_lines(
    netsuite: ControlClient, netsuite_url: str
) -> None:
    create(netsuite_url, BODY | {"currency": {"id": "4"}, "memo": "October"})

    found = read(netsuite_url, f"invoice/eid:{EXTERNAL_ID}", expandSubResources="true").json()

    assert (found["externalId"], found["total"], found["currency"]["id"]) == (
        EXTERNAL_ID,
        10.25,
        "4",
    )
    assert (found["entity"]["id"], found["tranDate"], found["memo"]) == (
        "1001",
        "2026-11-02",
        "October",
    )
    assert [line["amount"] for line in found["item"]["items"]] == [12.5, -2.25]
    assert found["tranId"].startswith("INV")


def test_fields_limit_the_answer(netsuite: ControlClient, netsuite_url: str) -> None:
    create(netsuite_url, BODY)

    found = read(netsuite_url, f"invoice/eid:{EXTERNAL_ID}", fields="total,currency").json()

    assert sorted(found) == ["currency", "id", "links", "total"]


def test_lines_are_only_linked_unless_requested(netsuite: ControlClient, netsuite_url: str) -> None:
    create(netsuite_url, BODY)

    assert "items" not in read(netsuite_url, f"invoice/eid:{EXTERNAL_ID}").json()["item"]


@pytest.mark.parametrize(
    "path", [f"creditMemo/eid:{EXTERNAL_ID}", "invoice/eid:another", "invoice/999"]
)
def test_an_unknown_record_answers_404(
    netsuite: ControlClient, netsuite_url: str, path: str
) -> None:
    create(netsuite_url, BODY)

    response = read(netsuite_url, path)

    assert (response.status_code, code_of(response)) == (404, "NONEXISTENT_ID")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"client_secret": "wrong"}, id="wrong consumer secret"),
        pytest.param({"resource_owner_secret": "wrong"}, id="wrong token secret"),
        pytest.param({"resource_owner_key": "wrong"}, id="unknown token"),
        pytest.param({"client_key": "wrong"}, id="unknown consumer"),
        pytest.param({"realm": "1234567-sb1"}, id="the realm is the account, not its host name"),
        pytest.param({"signature_method": "HMAC-SHA1"}, id="HMAC-SHA1 has ended"),
        pytest.param({"timestamp": "1700000000"}, id="an old timestamp"),
        pytest.param({"nonce": "a_b"}, id="a nonce with other characters"),
    ],
)
def test_a_wrong_signature_is_refused(
    netsuite: ControlClient, netsuite_url: str, changes: dict[str, str]
) -> None:
    url = f"{netsuite_url}{RECORDS}/invoice"

    response = requests.post(url, json=BODY, auth=credentials(**changes), timeout=5)

    assert (response.status_code, code_of(response)) == (401, "INVALID_LOGIN")
    assert netsuite.documents() == []


@pytest.mark.parametrize("authorization", [None, "Bearer abc", "OAuth", "Basic eDp5"])
def test_a_request_without_a_signature_is_refused(
    netsuite_url: str, authorization: str | None
) -> None:
    headers = {"Authorization": authorization} if authorization else {}

    assert (
        requests.get(f"{netsuite_url}{RECORDS}/invoice/1", headers=headers, timeout=5).status_code
        == 401
    )


def test_a_nonce_is_accepted_once(netsuite: ControlClient, netsuite_url: str) -> None:
    url = f"{netsuite_url}{RECORDS}/invoice/eid:x"
    client = Client(
        "simulated-consumer-key",
        "simulated-consumer-secret",
        "simulated-token-id",
        "simulated-token-secret",
        signature_method="HMAC-SHA256",
        realm="1234567_SB1",
    )
    _, headers, _ = client.sign(url)

    assert [requests.get(url, headers=headers, timeout=5).status_code for _ in range(2)] == [
        404,
        401,
    ]


def test_query_parameters_are_part_of_the_signature(
    netsuite: ControlClient, netsuite_url: str
) -> None:
    create(netsuite_url, BODY)
    signed = requests.Request(
        "GET", f"{netsuite_url}{RECORDS}/invoice/eid:{EXTERNAL_ID}", auth=credentials()
    ).prepare()

    response = requests.get(f"{signed.url}?fields=total", headers=dict(signed.headers), timeout=5)

    assert response.status_code == 401


def test_overload_answers_429_or_a_refused_login_if_set(
    netsuite: ControlClient, netsuite_url: str
) -> None:
    netsuite.limit(concurrency=0)
    first = create(netsuite_url, BODY)
    netsuite.configure(overload_as_invalid_login=True)
    second = create(netsuite_url, BODY)

    assert (first.status_code, code_of(first)) == (429, "CONCURRENCY_LIMIT_EXCEEDED")
    assert (second.status_code, code_of(second)) == (401, "INVALID_LOGIN")


@pytest.mark.parametrize("body", [b"{", b"[]", b"12"])
def test_a_body_that_is_not_an_object_is_refused(
    netsuite: ControlClient, netsuite_url: str, body: bytes
) -> None:
    url = f"{netsuite_url}{RECORDS}/invoice"

    response = requests.post(url, data=body, auth=credentials(), timeout=5)

    assert (response.status_code, code_of(response)) == (400, "INVALID_CONTENT")


def test_a_refusal_has_the_documented_form(netsuite: ControlClient, netsuite_url: str) -> None:
    body: Any = create(netsuite_url, BODY | {"entity": {"id": "none"}}).json()

    assert sorted(body) == ["o:errorDetails", "status", "title", "type"]
    assert (body["title"], body["status"]) == ("Bad Request", 400)
    assert body["o:errorDetails"][0]["o:errorPath"] == "entity"


def test_without_validation_of_names_an_unknown_one_is_ignored(
    netsuite: ControlClient, netsuite_url: str
) -> None:
    assert create(netsuite_url, BODY | {"memmo": "x"}, headers={}).status_code == 204
