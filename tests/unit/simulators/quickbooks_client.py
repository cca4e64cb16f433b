"""A simple client of QuickBooks Online, and one invoice body."""

from dataclasses import dataclass
from typing import Any

import requests

CLIENT = ("simulated-client-id", "simulated-client-secret")
FIRST_REFRESH_TOKEN = "simulated-refresh-token-0"
REALM = "9130350000000001"
INVOICE_ID = "0b9d6a8e-3d1c-4d2f-9a41-5a4f3f6f3c10"


def line(amount: Any = 12.5, **detail: Any) -> dict[str, Any]:
    item = {"ItemRef": {"value": "2001"}} | detail
    return {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": item}


BODY: dict[str, Any] = {
    "CustomerRef": {"value": "1001"},
    "CurrencyRef": {"value": "USD"},
    "DocNumber": "MTR-0b9d6a8e3d1c",
    "PrivateNote": f"Metronome invoice {INVOICE_ID}",
    "TxnDate": "2026-11-02",
    "Line": [line(), line(-2.25)],
}


def refresh(
    url: str, token: str = FIRST_REFRESH_TOKEN, client: tuple[str, str] = CLIENT
) -> requests.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return requests.post(f"{url}/oauth2/v1/tokens/bearer", data=form, auth=client, timeout=5)


@dataclass(frozen=True)
class Company:
    """Makes calls with one access token."""

    url: str
    token: str
    realm: str = REALM

    def post(self, body: Any, entity: str = "invoice", **query: str) -> requests.Response:
        return requests.post(
            self._url(entity), json=body, params=query, headers=self._headers, timeout=5
        )

    def create(self, **changes: Any) -> dict[str, Any]:
        shown: dict[str, Any] = self.post(BODY | changes).json()["Invoice"]
        return shown

    def numbers(self, where: str = "") -> list[str]:
        found = self.query(f"select * from Invoice {where}").json()["QueryResponse"]
        return [invoice["DocNumber"] for invoice in found.get("Invoice", [])]

    def get(self, transaction_id: str, entity: str = "invoice") -> requests.Response:
        return requests.get(
            self._url(f"{entity}/{transaction_id}"), headers=self._headers, timeout=5
        )

    def query(self, text: str) -> requests.Response:
        return requests.get(
            self._url("query"), params={"query": text}, headers=self._headers, timeout=5
        )

    def read(self, path: str, **query: str) -> requests.Response:
        return requests.get(self._url(path), params=query, headers=self._headers, timeout=5)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def _url(self, path: str) -> str:
        return f"{self.url}/v3/company/{self.realm}/{path}"


def company(url: str) -> Company:
    return Company(url, refresh(url).json()["access_token"])


def code_of(response: requests.Response) -> str:
    code: str = response.json()["Fault"]["Error"][0]["code"]
    return code
