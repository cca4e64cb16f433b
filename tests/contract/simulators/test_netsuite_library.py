"""NetSuite's simulator as seen by the community's client: token-based authentication, records,
SuiteQL.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from netsuite.config import Config, TokenAuth
from netsuite.exceptions import NetsuiteAPIRequestError
from netsuite.rest_api import NetSuiteRestApi

from invoice_simulators.client import ControlClient
from invoice_simulators.control import build_app
from invoice_simulators.netsuite import NetSuite, NetSuiteSettings
from invoice_simulators.server import SimulatorServer

# How the client calls the libraries below it.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Use 'content=<...>' to upload:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:use sign_hmac_sha256_with_client:DeprecationWarning"),
]

ACCOUNT = NetSuiteSettings()


class Api(NetSuiteRestApi):  # type: ignore[misc]  # it has no types
    """The client with another address: its own follows from the account."""

    def __init__(
        self, url: str, *, secret: str = ACCOUNT.token_secret, method: str = "HMAC-SHA256"
    ) -> None:
        auth = TokenAuth(
            consumer_key=ACCOUNT.consumer_key,
            consumer_secret=ACCOUNT.consumer_secret,
            token_id=ACCOUNT.token_id,
            token_secret=secret,
        )
        super().__init__(Config(account=ACCOUNT.account, auth=auth), signature_method=method)
        self._url = url

    def _make_url(self, subpath: str) -> str:
        return f"{self._url}/services/rest{subpath}"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with SimulatorServer(build_app(NetSuite())) as server:
        yield server.url


@pytest.fixture
def control(url: str) -> ControlClient:
    control = ControlClient(url)
    control.reset()
    return control


@pytest.fixture
def api(control: ControlClient, url: str) -> Api:
    return Api(url)


def body(**changes: Any) -> dict[str, Any]:
    line = {"item": {"id": "77"}, "quantity": 2, "rate": 5, "amount": 10, "description": "d"}
    valid = {
        "externalId": str(uuid4()),
        "entity": {"id": "123"},
        "tranDate": "2026-11-02",
        "memo": "x",
    }
    return valid | {"item": {"items": [line]}} | changes


async def _created(api: Api, sent: dict[str, Any], record_type: str = "invoice") -> str:
    answer = await api.request("POST", f"/record/v1/{record_type}", json=sent)
    assert (answer.status_code, answer.content) == (204, b"")
    return str(answer.headers["Location"].rpartition("/")[2])


async def _refusal(call: Any) -> str:
    with pytest.raises(NetsuiteAPIRequestError) as refused:
        await call
    return str(refused.value)


@pytest.mark.parametrize("record_type", ["invoice", "creditMemo"])
async def test_a_record_is_created_once_and_read_by_either_id(api: Api, record_type: str) -> None:
    sent = body()

    internal_id = await _created(api, sent, record_type)
    again = await api.request("POST", f"/record/v1/{record_type}", json=sent)

    path = f"/record/v1/{record_type}/eid:{sent['externalId']}"
    read = await api.get(path, params={"expandSubResources": "true"})
    assert (read["id"], read["total"], read["status"]["refName"]) == (internal_id, 10, "Open")
    assert [line["amount"] for line in read["item"]["items"]] == [10]
    assert sorted(await api.get(path, params={"fields": "tranId,total"})) == [
        "id",
        "links",
        "total",
        "tranId",
    ]
    assert (
        await api.get(
            f"/record/v1/{record_type}/{internal_id}", params={"expandSubResources": "true"}
        )
        == read
    )
    assert (again.status_code, "This record already exists." in again.text) == (400, True)


async def test_a_record_is_found_by_list_and_by_suiteql(api: Api) -> None:
    sent = body()
    internal_id = await _created(api, sent)

    listed = await api.get(
        "/record/v1/invoice", params={"q": f'externalId IS "{sent["externalId"]}"'}
    )
    queried = await api.suiteql(
        "SELECT id, type, status, voided, foreigntotal FROM transaction WHERE externalid ="
        f" '{sent['externalId']}'"
    )

    assert [each["id"] for each in listed["items"]] == [internal_id]
    (row,) = queried["items"]
    assert {name: value for name, value in row.items() if name != "links"} == {
        "id": internal_id,
        "type": "CustInvc",
        "status": "A",
        "voided": "F",
        "foreigntotal": "10.00",
    }
    assert (queried["totalResults"], queried["hasMore"]) == (1, False)


async def test_a_record_is_changed_and_deleted(api: Api) -> None:
    sent = body()
    internal_id = await _created(api, sent)
    path = f"/record/v1/invoice/{internal_id}"

    await api.patch(path, json={"memo": "y"})
    assert (await api.get(path))["memo"] == "y"
    await api.delete(path)

    assert "NONEXISTENT_ID" in await _refusal(api.get(path))
    assert "HTTP404" in await _refusal(api.get(f"/record/v1/invoice/eid:{sent['externalId']}"))


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"nope": 1}, "nope"),
        ({"entity": {"id": "none"}}, "entity"),
        ({"item": {"items": [{"item": {"id": "77"}, "amount": "10.00"}]}}, "item.items[0].amount"),
        ({"memo": "x" * 1000}, "memo"),
    ],
)
async def test_a_record_that_netsuite_refuses_is_refused(
    control: ControlClient, api: Api, changes: dict[str, Any], path: str
) -> None:
    answer = await api.request("POST", "/record/v1/invoice", json=body(**changes))

    assert (answer.status_code, answer.json()["o:errorDetails"][0]["o:errorPath"]) == (400, path)
    assert control.documents() == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/record/v1/invoice/eid:x", 405),
        ("GET", "/record/v1/metadata-catalog", 404),
        ("POST", "/record/v1/bill", 404),
    ],
)
async def test_an_unsupported_request_is_refused_in_netsuites_format(
    api: Api, method: str, path: str, status: int
) -> None:
    answer = await api.request(method, path)

    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.json()["o:errorDetails"][0]["o:errorCode"]


@pytest.mark.parametrize("wrong", [{"secret": "x"}, {"method": "HMAC-SHA1"}])
async def test_a_wrong_signature_is_a_refused_login(
    api: Api, url: str, wrong: dict[str, str]
) -> None:
    assert "INVALID_LOGIN" in await _refusal(Api(url, **wrong).get("/record/v1/invoice/1"))
