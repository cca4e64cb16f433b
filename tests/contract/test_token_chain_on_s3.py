"""The chain of tokens with a login and an S3 server on loopback: no token is used that cannot be
stored.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.config import Config

from invoice_providers.oauth.grant import Grant
from invoice_providers.oauth.s3_store import S3TokenStore
from invoice_providers.oauth.token_chain import TokenChain
from invoice_providers.oauth.token_endpoint import Client, TokenEndpoint
from invoice_providers.oauth.tokens import Owner
from invoice_providers.quickbooks_online.setup import DIALECT, WORDS
from invoice_shared.errors import CallFailed, CredentialsRefused
from invoice_shared.outgoing.outgoing import Reach
from invoice_simulators.client import ControlClient
from invoice_simulators.control import build_app
from invoice_simulators.parts.processes import ProcessGroup
from invoice_simulators.parts.s3 import start_s3
from invoice_simulators.quickbooks_online import QuickBooksOnline, QuickBooksOnlineSettings
from invoice_simulators.server import SimulatorServer
from tests.fakes import FakeClock
from tests.support.s3 import Bucket
from tests.support.s3_front import Front

COMPANY = QuickBooksOnlineSettings()
KEY = "quickbooks/token.json"


class World:
    """A simulated login, a bucket behind a front, and processes that come and go."""

    def __init__(self, login: str, s3: Bucket, front: Front) -> None:
        self.login = login
        self.s3 = s3
        self.front = front
        self.clock = FakeClock()

    def replica(self, client: Any = None) -> TokenChain:
        owner = Owner(account=COMPANY.realm_id, client_id=COMPANY.client_id)
        app = Client(COMPANY.client_id, COMPANY.client_secret)
        endpoint = TokenEndpoint(
            f"{self.login}/oauth2/v1/tokens/bearer",
            lambda: app,
            WORDS,
            DIALECT,
            clock=self.clock,
            reach=Reach(5),
        )
        store = S3TokenStore(
            client or client_at(self.front.url), f"s3://{self.s3.name}/{KEY}", "QBO_TOKEN_STORE"
        )
        return TokenChain(
            store, Grant(owner, lambda: COMPANY.refresh_token, endpoint.renew, WORDS), self.clock
        )

    def renewals(self) -> int:
        requests = ControlClient(self.login).requests()
        return sum(request["operation"] == "token" for request in requests)

    def stored(self) -> Any:
        return json.loads(self.s3.get(KEY))


@pytest.fixture
def world(s3: Bucket, s3_port: int) -> Iterator[World]:
    with SimulatorServer(build_app(QuickBooksOnline())) as login, Front(s3_port) as front:
        yield World(login.url, s3, front)


def client_at(url: str, key_id: str = "testing", secret: str = "testing") -> Any:
    return boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )


def test_the_store_says_whose_tokens_it_has_and_until_when(world: World) -> None:
    token = world.replica().current()

    stored = world.stored()
    assert stored["access_token"] == token
    assert stored["owner"] == {"account": COMPANY.realm_id, "client_id": COMPANY.client_id}
    assert stored["unused_ends_at"] == "2026-06-09T12:00:00.000Z"
    assert stored["ends_at"] == "2031-02-28T12:00:00.000Z"
    assert stored["claim"] is None


@pytest.mark.parametrize("code", ["AccessDenied", "InternalError"])
def test_new_tokens_that_s3_refuses_are_kept_and_written_again(world: World, code: str) -> None:
    chain = world.replica()
    world.front.refuses = lambda method, _headers, body: (
        code if method == "PUT" and json.loads(body)["claim"] is None else None
    )
    for _ in range(3):
        with pytest.raises(CallFailed, match=code):
            chain.current()
    assert code in str(chain.state)
    assert world.stored()["refresh_token"] == COMPANY.refresh_token

    world.front.refuses = lambda *_: None

    assert chain.current() == world.stored()["access_token"]
    assert world.renewals() == 1
    assert chain.state.unsaved is None
    world.clock.advance(3600)
    world.replica().current()
    assert world.renewals() == 2  # the chain continues in another process


@pytest.mark.parametrize("is_begun", [False, True], ids=["a first start", "a chain that goes on"])
def test_a_role_that_may_only_read_uses_no_token(world: World, is_begun: bool) -> None:
    if is_begun:
        world.replica().current()
        world.clock.advance(3600)
    before = world.renewals()
    world.front.refuses = lambda method, *_: "AccessDenied" if method == "PUT" else None
    chain = world.replica()

    for use in (chain.current, chain.current):
        with pytest.raises(CredentialsRefused, match="s3:PutObject"):
            use()

    assert world.renewals() == before
    world.front.refuses = lambda *_: None
    assert chain.current()


def test_with_a_store_without_conditional_writes_no_token_is_used(world: World) -> None:
    world.front.refuses = lambda _method, headers, _body: (
        "NotImplemented" if {"if-match", "if-none-match"} & set(headers) else None
    )

    with pytest.raises(CredentialsRefused, match="conditional writes"):
        world.replica().current()

    assert world.renewals() == 0


def test_with_a_store_that_ignores_conditions_no_token_is_used(world: World) -> None:
    world.front.is_careless = True

    with pytest.raises(CredentialsRefused, match="ignores the condition"):
        world.replica().current()

    assert world.renewals() == 0


def test_with_a_store_that_ignores_conditions_a_running_chain_uses_no_token(
    world: World,
) -> None:
    world.replica().current()
    world.clock.advance(3600)
    world.front.is_careless = True

    with pytest.raises(CredentialsRefused, match="QBO_TOKEN_STORE"):
        world.replica().current()

    assert world.renewals() == 1


def test_one_of_two_processes_renews_and_the_other_uses_its_token(world: World) -> None:
    first = world.replica()
    second = world.replica()

    token = first.current()

    assert second.current() == token
    assert world.renewals() == 1


def test_with_a_read_only_policy_no_token_is_used(world: World, tmp_path: Path) -> None:
    """Run against an S3 server that enforces policies, with a user who may only read the bucket."""
    with ProcessGroup(tmp_path) as group:
        url = start_s3(group, (world.s3.name,))
        chain = world.replica(client_at(url, *a_reader(url, world.s3.name)))

        with pytest.raises(CredentialsRefused, match="AccessDenied"):
            chain.current()

    assert world.renewals() == 0


def a_reader(url: str, bucket: str) -> tuple[str, str]:
    """Create a user with only read rights, have the server enforce them, and return the user's
    credentials.
    """
    iam = boto3.client(
        "iam",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="root",
        aws_secret_access_key="root",
    )
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:ListBucket"],
                "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
            }
        ],
    }
    iam.create_user(UserName="reader")
    iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    with urlopen(
        Request(f"{url}/moto-api/reset-auth", b"0", {"Content-Type": "text/plain"}), timeout=10
    ):
        pass
    return key["AccessKeyId"], key["SecretAccessKey"]
