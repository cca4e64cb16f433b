"""NetSuite's client credentials: who gets a token, and what it permits."""

import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from invoice_simulators.client import ControlClient
from tests.unit.simulators.netsuite_client import BODY, RECORDS

EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def _register(netsuite: ControlClient, key: Any) -> None:
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    netsuite.configure(public_key=pem)


def _claims(url: str) -> dict[str, Any]:
    now = int(time.time())
    return {
        "iss": "simulated-m2m-client-id",
        "scope": "rest_webservices",
        "aud": f"{url}/services/rest/auth/oauth2/v1/token",
        "iat": now,
        "exp": now + 3000,
    }


def _ask(
    url: str, claims: dict[str, Any], key: Any = EC_KEY, algorithm: str = "ES256", **form: str
) -> requests.Response:
    assertion = jwt.encode(claims, key, algorithm, headers={"kid": "simulated-certificate-id"})
    given = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
    }
    return requests.post(f"{url}/services/rest/auth/oauth2/v1/token", data=given | form, timeout=5)


@pytest.mark.parametrize(("key", "algorithm"), [(EC_KEY, "ES256"), (RSA_KEY, "PS256")])
def test_a_signed_assertion_yields_a_token_that_can_create(
    netsuite: ControlClient, netsuite_url: str, key: Any, algorithm: str
) -> None:
    _register(netsuite, key)

    token = _ask(netsuite_url, _claims(netsuite_url), key, algorithm).json()["access_token"]

    bearer = {"Authorization": f"Bearer {token}"}
    created = requests.post(
        f"{netsuite_url}{RECORDS}/invoice", json=BODY, headers=bearer, timeout=5
    )
    assert created.status_code == 204
    netsuite.configure(access_token_seconds=0)
    assert requests.get(created.headers["Location"], headers=bearer, timeout=5).status_code == 401


@pytest.mark.parametrize(
    ("change", "error"),
    [
        pytest.param(
            lambda claims: claims.update(iss="other"), "invalid_grant", id="another client"
        ),
        pytest.param(
            lambda claims: claims.update(aud="https://other"),
            "invalid_grant",
            id="another audience",
        ),
        pytest.param(
            lambda claims: claims.update(scope="restlets"), "invalid_grant", id="another scope"
        ),
        pytest.param(
            lambda claims: claims.update(exp=claims["iat"] + 3601),
            "invalid_grant",
            id="too long a lifetime",
        ),
        pytest.param(
            lambda claims: claims.update(exp=claims["iat"] - 1),
            "invalid_grant",
            id="an expired one",
        ),
        pytest.param(lambda claims: claims.pop("scope"), "invalid_grant", id="no scope"),
    ],
)
def test_an_invalid_assertion_is_refused(
    netsuite: ControlClient, netsuite_url: str, change: Callable[[dict[str, Any]], Any], error: str
) -> None:
    _register(netsuite, EC_KEY)
    claims = _claims(netsuite_url)
    change(claims)

    response = _ask(netsuite_url, claims)

    assert (response.status_code, response.json()) == (400, {"error": error})


def test_another_key_or_a_plain_rsa_signature_is_refused(
    netsuite: ControlClient, netsuite_url: str
) -> None:
    _register(netsuite, RSA_KEY)

    assert _ask(netsuite_url, _claims(netsuite_url)).status_code == 400
    assert _ask(netsuite_url, _claims(netsuite_url), RSA_KEY, "RS256").status_code == 400


def test_another_grant_and_an_unregistered_certificate_are_refused(
    netsuite: ControlClient, netsuite_url: str
) -> None:
    claims = _claims(netsuite_url)

    assert _ask(netsuite_url, claims, grant_type="password").json() == {
        "error": "unsupported_grant_type"
    }
    assert _ask(netsuite_url, claims).json() == {"error": "invalid_client"}
