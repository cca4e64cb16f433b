"""Client credentials against NetSuite on loopback: signed assertions, one token for all workers,
wrong keys.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from invoice_providers.http import FreshBearer
from invoice_providers.netsuite.client import NetSuite
from invoice_providers.netsuite.oauth2 import AccessTokens, ClientCredentials
from invoice_providers.netsuite.payload import Options
from invoice_shared.errors import CallFailed, CredentialsRefused, Unavailable
from invoice_shared.outgoing.outgoing import Reach
from invoice_simulators.client import ControlClient
from invoice_simulators.control import build_app
from invoice_simulators.netsuite import NetSuite as SimulatedNetSuite
from invoice_simulators.netsuite import NetSuiteSettings
from invoice_simulators.server import SimulatorServer
from tests.builders import formatted_invoice
from tests.fakes import FakeClock

ACCOUNT = NetSuiteSettings()
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def private_pem(key: PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_pem(key: PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


RSA = rsa.generate_private_key(65537, 2048)
GOOD = ClientCredentials(ACCOUNT.client_id, ACCOUNT.certificate_id, private_pem(RSA), "PS256")


class Account:
    """A simulated account that has our certificate, and a client whose credentials can be
    replaced.
    """

    def __init__(self, url: str) -> None:
        self.control = ControlClient(url)
        self.control.configure(public_key=public_pem(RSA))
        # The simulator's own clock judges the times of the assertion; a test may advance ours by
        # four minutes.
        self.clock = FakeClock(datetime.now(UTC) - timedelta(minutes=4))
        self.credentials = GOOD
        self.tokens = AccessTokens(url, lambda: self.credentials, clock=self.clock, reach=Reach(2))
        self.client = NetSuite(
            url, lambda: FreshBearer(self.tokens), Options(), clock=self.clock, reach=Reach(2)
        )

    def exchanges(self) -> int:
        return len(self.control.requests("token"))

    def token_error(self) -> CallFailed:
        with pytest.raises(CallFailed) as failed:
            self.tokens.current()
        return failed.value


@pytest.fixture
def account() -> Iterator[Account]:
    with SimulatorServer(build_app(SimulatedNetSuite())) as server:
        yield Account(server.url)


def test_an_invoice_is_created_and_found_with_one_token(account: Account) -> None:
    created = account.client.create(formatted_invoice())

    (found,) = account.client.look(formatted_invoice())
    assert found.document_id == created.document_id
    assert account.exchanges() == 1


@pytest.mark.parametrize(
    ("algorithm", "make_key"),
    [
        pytest.param("PS256", lambda: rsa.generate_private_key(65537, 2048), id="PS256"),
        pytest.param("PS512", lambda: rsa.generate_private_key(65537, 2048), id="PS512"),
        pytest.param("ES256", lambda: ec.generate_private_key(ec.SECP256R1()), id="ES256"),
        pytest.param("ES384", lambda: ec.generate_private_key(ec.SECP384R1()), id="ES384"),
        pytest.param("ES512", lambda: ec.generate_private_key(ec.SECP521R1()), id="ES512"),
    ],
)
def test_every_algorithm_works_with_its_key(
    account: Account, algorithm: str, make_key: Callable[[], PrivateKey]
) -> None:
    key = make_key()
    account.control.configure(public_key=public_pem(key))
    account.credentials = replace(GOOD, private_key=private_pem(key), algorithm=algorithm)

    assert account.tokens.current()


def test_a_token_is_replaced_shortly_before_its_end(account: Account) -> None:
    account.control.configure(access_token_seconds=300)
    first = account.tokens.current()
    account.clock.advance(300 - 121)
    assert account.tokens.current() == first

    account.clock.advance(1)

    assert account.tokens.current() != first


def test_simultaneous_workers_share_one_token(account: Account) -> None:
    tokens: list[str] = []
    workers = [
        threading.Thread(target=lambda: tokens.append(account.tokens.current())) for _ in range(8)
    ]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(set(tokens)) == account.exchanges() == 1
    assert len(tokens) == 8


def test_a_token_that_ended_early_is_replaced_and_the_next_attempt_succeeds(
    account: Account,
) -> None:
    account.client.create(formatted_invoice())
    account.control.inject("credentials", "get", times=1)

    with pytest.raises(Unavailable):
        account.client.look(formatted_invoice())

    assert len(account.client.look(formatted_invoice())) == 1
    assert account.exchanges() == 2


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        pytest.param({"client_id": "x"}, "NS_OAUTH_*", id="client id"),
        pytest.param({"certificate_id": "x"}, "NS_OAUTH_*", id="certificate id"),
        pytest.param(
            {"private_key": private_pem(rsa.generate_private_key(65537, 2048))},
            "NS_OAUTH_*",
            id="key",
        ),
        pytest.param({"private_key": "no key"}, "NS_OAUTH_PRIVATE_KEY", id="no key at all"),
        pytest.param({"private_key": ""}, "NS_OAUTH_PRIVATE_KEY", id="an empty key"),
        pytest.param(
            {"algorithm": "ES256"}, "NS_OAUTH_PRIVATE_KEY", id="a key for another algorithm"
        ),
    ],
)
def test_wrong_credentials_are_refused_and_corrected_ones_accepted_without_a_restart(
    account: Account, wrong: dict[str, str], named: str
) -> None:
    account.credentials = replace(GOOD, **wrong)
    error = account.token_error()
    account.credentials = GOOD

    assert isinstance(error, CredentialsRefused)
    assert named in error.reason
    assert "PRIVATE KEY-----" not in error.reason
    assert account.client.create(formatted_invoice()).document_id


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        pytest.param({"kind": "status", "status": 429}, Unavailable, id="throttled"),
        pytest.param({"kind": "status", "status": 500}, Unavailable, id="failed"),
        pytest.param({"kind": "status", "status": 503}, Unavailable, id="down"),
        pytest.param({"kind": "status", "status": 302, "body": ""}, Unavailable, id="redirected"),
        pytest.param(
            {"kind": "status", "status": 200, "body": "<html>"},
            Unavailable,
            id="a success without a token",
        ),
        pytest.param({"kind": "hang"}, Unavailable, id="no answer"),
        pytest.param(
            {"kind": "status", "status": 404, "body": ""}, CredentialsRefused, id="no login there"
        ),
    ],
)
def test_the_meaning_of_answers_without_a_token(
    account: Account, fault: dict[str, Any], kind: type[CallFailed]
) -> None:
    account.control.inject(operation="token", **fault)

    error = account.token_error()

    assert type(error) is kind
    assert not isinstance(error, Unavailable) or error.outage


PEM_TEXT = private_pem(RSA)


@pytest.mark.parametrize(
    "mangled",
    [
        pytest.param(PEM_TEXT, id="as it is"),
        pytest.param(PEM_TEXT.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(PEM_TEXT.strip().replace("\n", "\\n"), id="backslash-n"),
        pytest.param(PEM_TEXT.strip().replace("\n", " "), id="blanks"),
        pytest.param(f'"{PEM_TEXT.strip()}"', id="in quotes"),
        pytest.param("\ufeff" + PEM_TEXT, id="a byte order mark"),
    ],
)
def test_a_key_is_read_however_a_variable_mangled_its_lines(account: Account, mangled: str) -> None:
    account.credentials = replace(GOOD, private_key=mangled)

    assert account.client.create(formatted_invoice()).document_id
