"""Our signature equals oauthlib's for any address and secrets."""

from typing import Literal
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, Client

from invoice_providers.netsuite.tba import Signer

HOST = "https://1234567-sb1.suitetalk.api.netsuite.com"


@pytest.mark.parametrize(
    "address",
    [
        f"{HOST}/services/rest/record/v1/invoice",
        f"{HOST}:443/services/rest/record/v1/invoice/eid:5b8d9c3e-3b1f-4c52-9a5e-0f6c1d2e3a4b",
        f"{HOST}/services/rest/record/v1/invoice/eid:a%2Fb%20c",
        f"{HOST}/services/rest/query/v1/suiteql?limit=1&offset=0&q=a+b%26",
        "http://127.0.0.1:8080/services/rest/record/v1/creditMemo",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_signature_equals_the_librarys(address: str, method: Literal["GET", "POST"]) -> None:
    headers = {"Content-Type": "application/json", "Accept-Language": "en"}
    ours, theirs = (signed(kind, address, method, headers) for kind in (Signer, Client))

    assert ours == theirs
    assert "oauth_signature=" in ours[1]["Authorization"]


parts = st.lists(st.text(st.characters(codec="utf-8")).map(lambda text: quote(text, safe=":")))
secrets = st.text(st.characters(codec="utf-8"), min_size=1)


@given(host=st.sampled_from((HOST, HOST.upper(), f"{HOST}:443", f"{HOST}:8443")), path=parts)
def test_the_signature_is_the_librarys_for_any_path(host: str, path: list[str]) -> None:
    address = "/".join((host, *path)) + "/"

    assert signed(Signer, address, "GET", {}) == signed(Client, address, "GET", {})


@given(key=secrets, token=secrets)
def test_the_signature_is_the_librarys_for_any_secrets(key: str, token: str) -> None:
    ours, theirs = (
        signed(kind, f"{HOST}/x", "POST", {}, client_secret=key, resource_owner_secret=token)
        for kind in (Signer, Client)
    )

    assert ours == theirs


def signed(
    kind: type[Client],
    address: str,
    method: Literal["GET", "POST"],
    headers: dict[str, str],
    *,
    client_secret: str = "se cret&",
    resource_owner_secret: str = "ü=",
) -> tuple[str, dict[str, str], None]:
    client = kind(
        "key/+=",
        client_secret=client_secret,
        resource_owner_key="token%",
        resource_owner_secret=resource_owner_secret,
        signature_method=SIGNATURE_HMAC_SHA256,
        realm="1234567_SB1",
        nonce="1234",
        timestamp="1767225600",
    )
    result: tuple[str, dict[str, str], None] = client.sign(address, method, None, headers)
    return result
