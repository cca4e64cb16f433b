"""A token endpoint, Intuit's on loopback: the meaning of its answers, and that no token shows in a
reason.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from invoice_providers.oauth.token_endpoint import Client, TokenEndpoint
from invoice_providers.oauth.tokens import GrantRefused
from invoice_providers.quickbooks_online.setup import DIALECT, WORDS
from invoice_shared.errors import CallFailed, CredentialsRefused, Unavailable
from invoice_shared.outgoing.outgoing import Reach
from invoice_simulators.client import ControlClient
from invoice_simulators.control import build_app
from invoice_simulators.quickbooks_online import QuickBooksOnline, QuickBooksOnlineSettings
from invoice_simulators.server import SimulatorServer
from tests.fakes import START, FakeClock

COMPANY = QuickBooksOnlineSettings()
GOOD = Client(COMPANY.client_id, COMPANY.client_secret)


class Login:
    """The simulated login, its control, and a client whose secret can be replaced."""

    def __init__(self, url: str) -> None:
        self.control = ControlClient(url)
        self.app = GOOD
        self.endpoint = TokenEndpoint(
            f"{url}/oauth2/v1/tokens/bearer",
            lambda: self.app,
            WORDS,
            DIALECT,
            clock=FakeClock(),
            reach=Reach(0.5),
        )

    def error(self) -> CallFailed:
        with pytest.raises(CallFailed) as failed:
            self.endpoint.renew(COMPANY.refresh_token)
        return failed.value


@pytest.fixture
def login() -> Iterator[Login]:
    with SimulatorServer(build_app(QuickBooksOnline())) as server:
        yield Login(server.url)


def test_a_refresh_token_returns_new_tokens_with_a_time_to_renew_them(login: Login) -> None:
    tokens = login.endpoint.renew(COMPANY.refresh_token)

    assert tokens.refresh_token != COMPANY.refresh_token
    assert tokens.renew_at == START + timedelta(seconds=3600 - 120)
    assert tokens.access_token not in repr(tokens)


def test_short_lived_tokens_are_renewed_half_way(login: Login) -> None:
    login.control.configure(access_token_seconds=60)

    assert login.endpoint.renew(COMPANY.refresh_token).renew_at == START + timedelta(seconds=30)


def test_the_answer_says_when_the_login_ends(login: Login) -> None:
    tokens = login.endpoint.renew(COMPANY.refresh_token)

    assert tokens.unused_ends_at == START + timedelta(days=100)
    assert tokens.ends_at == START + timedelta(days=5 * 365)


@pytest.mark.parametrize("said", [None, "", "soon", "-1", "1e9", "9" * 400, "²", True, [], {}])
def test_an_unreadable_end_is_unknown(login: Login, said: Any) -> None:
    given = {
        "access_token": "a",
        "refresh_token": "r",
        "expires_in": 3600,
        "x_refresh_token_expires_in": said,
    }
    login.control.inject(operation="token", kind="status", status=200, body=given)

    assert login.endpoint.renew(COMPANY.refresh_token).unused_ends_at is None


def test_an_end_beyond_the_calendar_is_in_the_far_future(login: Login) -> None:
    given = {
        "access_token": "a",
        "refresh_token": "r",
        "expires_in": 3600,
        "x_refresh_token_expires_in": 10**14,
    }
    login.control.inject(operation="token", kind="status", status=200, body=given)

    end = login.endpoint.renew(COMPANY.refresh_token).unused_ends_at

    assert end == START + timedelta(days=100 * 365)


def test_a_spent_refresh_token_is_refused(login: Login) -> None:
    login.endpoint.renew(COMPANY.refresh_token)

    with pytest.raises(GrantRefused):
        login.endpoint.renew(COMPANY.refresh_token)


@pytest.mark.parametrize(
    "wrong", [Client("x", GOOD.secret), Client(GOOD.client_id, "x")], ids=["id", "secret"]
)
def test_a_wrong_app_is_refused_and_a_corrected_one_accepted(login: Login, wrong: Client) -> None:
    login.app = wrong
    error = login.error()
    login.app = GOOD

    assert isinstance(error, CredentialsRefused)
    assert "QBO_CLIENT_SECRET" in error.reason
    assert login.endpoint.renew(COMPANY.refresh_token)


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
            id="a success without tokens",
        ),
        pytest.param(
            {"kind": "status", "status": 200, "body": {"access_token": "a"}},
            Unavailable,
            id="only one token",
        ),
        pytest.param({"kind": "hang"}, Unavailable, id="no answer"),
        pytest.param({"kind": "reset-before"}, Unavailable, id="reset"),
        pytest.param(
            {"kind": "status", "status": 400, "body": {"error": "invalid_request"}},
            CredentialsRefused,
            id="misused",
        ),
        pytest.param(
            {"kind": "status", "status": 404, "body": ""}, CredentialsRefused, id="no login there"
        ),
    ],
)
def test_the_meaning_of_answers_without_tokens(
    login: Login, fault: dict[str, Any], kind: type[CallFailed]
) -> None:
    login.control.inject(operation="token", **fault)

    error = login.error()

    assert type(error) is kind
    assert not isinstance(error, Unavailable) or error.outage
    assert COMPANY.refresh_token not in error.reason
