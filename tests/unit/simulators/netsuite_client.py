"""A simple client of NetSuite that signs with requests-oauthlib, and one invoice body."""

from typing import Any

import requests
from requests_oauthlib import OAuth1

from invoice_simulators.client import ControlClient

RECORDS = "/services/rest/record/v1"
STRICT = {"X-NetSuite-PropertyNameValidation": "Error"}
BODY: dict[str, Any] = {
    "externalId": "0b9d6a8e-3d1c-4d2f-9a41-5a4f3f6f3c10",
    "entity": {"id": "1001"},
    "tranDate": "2026-11-02",
    "item": {
        "items": [
            {"item": {"id": "2001"}, "amount": 12.5},
            {"item": {"id": "2002"}, "amount": -2.25},
        ]
    },
}


def credentials(**changes: str) -> OAuth1:
    accepted: dict[str, Any] = {
        "client_key": "simulated-consumer-key",
        "client_secret": "simulated-consumer-secret",
        "resource_owner_key": "simulated-token-id",
        "resource_owner_secret": "simulated-token-secret",
        "signature_method": "HMAC-SHA256",
        "realm": "1234567_SB1",
    }
    return OAuth1(**(accepted | changes))


def create(
    url: str, body: Any, record_type: str = "invoice", headers: dict[str, str] = STRICT
) -> requests.Response:
    return requests.post(
        f"{url}{RECORDS}/{record_type}", json=body, headers=headers, auth=credentials(), timeout=5
    )


def read(url: str, path: str, **query: str) -> requests.Response:
    return requests.get(f"{url}{RECORDS}/{path}", params=query, auth=credentials(), timeout=5)


def change(url: str, method: str, path: str, body: Any = None) -> requests.Response:
    return requests.request(
        method, f"{url}{RECORDS}/{path}", json=body, auth=credentials(), timeout=5
    )


def suiteql(url: str, query: str, **headers: str) -> requests.Response:
    sent = {"Prefer": "transient"} | headers
    address = f"{url}/services/rest/query/v1/suiteql"
    return requests.post(address, json={"q": query}, headers=sent, auth=credentials(), timeout=5)


def code_of(response: requests.Response) -> str:
    code: str = response.json()["o:errorDetails"][0]["o:errorCode"]
    return code


def created(control: ControlClient, url: str, record_type: str = "invoice", **changes: Any) -> str:
    assert create(url, BODY | changes, record_type).status_code == 204
    identity: str = control.documents()[-1]["id"]
    return identity


def rows(url: str, where: str, columns: str = "id") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = suiteql(url, f"SELECT {columns} FROM transaction {where}").json()[
        "items"
    ]
    return [{name: value for name, value in row.items() if name != "links"} for row in found]
